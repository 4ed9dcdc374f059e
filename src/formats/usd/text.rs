//! USD's text form: blocks of indented lines.

use glam::{Mat4, Quat, Vec3};
use std::fmt::{Display, Write};

/// The text so far.
#[derive(Default)]
pub(super) struct Text {
    text: String,
    depth: usize,
}

impl Text {
    pub(super) fn line(&mut self, line: impl Display) {
        let indent = 4 * self.depth;
        writeln!(self.text, "{:indent$}{line}", "").expect("writing to a String cannot fail");
    }

    /// Lines between two brackets.
    pub(super) fn block(&mut self, brackets: [&str; 2], lines: impl FnOnce(&mut Self)) {
        self.line(brackets[0]);
        self.depth += 1;
        lines(self);
        self.depth -= 1;
        self.line(brackets[1]);
    }

    /// A prim with what is in it. `schemas` are those that are applied to it beside its type.
    pub(super) fn prim(&mut self, kind: &str, name: &str, schemas: &[&str], lines: impl FnOnce(&mut Self)) {
        if schemas.is_empty() {
            self.line(format_args!("def {kind} {}", quoted(name)));
        } else {
            self.line(format_args!("def {kind} {} (", quoted(name)));
            self.line(format_args!("    prepend apiSchemas = {}", strings(schemas)));
            self.line(")");
        }
        self.block(["{", "}"], lines);
    }

    /// An attribute with a value for each time code.
    pub(super) fn samples(&mut self, attribute: &str, values: impl Iterator<Item = String>) {
        self.block([&format!("{attribute}.timeSamples = {{"), "}"], |text| {
            values.enumerate().for_each(|(frame, value)| text.line(format_args!("{frame}: {value},")));
        });
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// A text between quotes, on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            _ if letter.is_control() => quoted.push(' '),
            _ => quoted.push(letter),
        }
    }
    quoted + "\""
}

/// `["a", "b"]`
pub(super) fn strings(texts: &[impl AsRef<str>]) -> String {
    list(texts.iter().map(|text| quoted(text.as_ref())))
}

/// `[a, b]`
pub(super) fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    joined(items, ["[", "]"])
}

/// `(a, b)`
pub(super) fn tuple(items: impl IntoIterator<Item = impl Display>) -> String {
    joined(items, ["(", ")"])
}

fn joined(items: impl IntoIterator<Item = impl Display>, [open, close]: [&str; 2]) -> String {
    let mut text = open.to_owned();
    for (index, item) in items.into_iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(text, "{separator}{item}").expect("writing to a String cannot fail");
    }
    text + close
}

/// `(x, y, z)`
pub(super) fn vector(vector: Vec3) -> String {
    tuple(vector.to_array())
}

/// A transform as USD has it: a row for each axis, the translation last.
pub(super) fn matrix(place_m: Vec3, rotation: Quat) -> String {
    tuple(Mat4::from_rotation_translation(rotation, place_m).to_cols_array_2d().map(tuple))
}
