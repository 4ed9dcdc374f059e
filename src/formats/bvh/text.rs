//! The text of a BVH file as words, each with its line: bytes in any encoding that occurs, line ends of any system, keywords in any
//! case, numbers that have grown together.

use crate::formats::error::Fault;
use std::borrow::Cow;

/// Positions beyond this are no motion and would overflow later arithmetic.
const MAX_MAGNITUDE: f32 = 1e7;
/// Most letters of a number.
const LONGEST_NUMBER: usize = 64;
/// What advice a damaged hierarchy or number gets.
pub(super) const AGAIN: &str = "mend that line, or export the file again";

/// The text of a file: UTF-8 with or without a mark, or UTF-16 with one. Other encodings differ in joint names alone, whose foreign
/// letters are replaced.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let utf_16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks().0.iter().copied().map(unit).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
    }
}

/// What separates words: blanks, and the marks that DOS and C put at the end of a text.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\0' | '\x1a' | '\u{feff}')
}

/// The words that are left of a text.
#[derive(Clone)]
pub(super) struct Words<'a> {
    rest: &'a str,
    /// The line on which `rest` begins, counted from one.
    line: usize,
}

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { rest: text, line: 1 }
    }

    /// The line of the next word.
    pub(super) fn line(&mut self) -> usize {
        self.skip_blanks();
        self.line
    }

    fn skip_blanks(&mut self) {
        let trimmed = self.rest.trim_start_matches(is_blank);
        let mut blanks = self.rest[..self.rest.len() - trimmed.len()].chars().peekable();
        while let Some(blank) = blanks.next() {
            // Lines end in CR, LF, or CR and LF.
            if blank == '\n' || (blank == '\r' && blanks.peek() != Some(&'\n')) {
                self.line += 1;
            }
        }
        self.rest = trimmed;
    }

    /// The next word; braces are words of their own.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        self.skip_blanks();
        let end = match self.rest.chars().next()? {
            '{' | '}' => 1,
            _ => self.rest.find(|letter| is_blank(letter) || matches!(letter, '{' | '}')).unwrap_or(self.rest.len()),
        };
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(word)
    }

    /// The next word, which stays.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.clone().next()
    }

    /// Takes the next word if it is this keyword, in any case.
    pub(super) fn take(&mut self, keyword: &str) -> bool {
        let mut after = self.clone();
        let found = after.next().is_some_and(|word| word.eq_ignore_ascii_case(keyword));
        if found {
            *self = after;
        }
        found
    }

    /// Takes a keyword that has to be here.
    pub(super) fn expect(&mut self, keyword: &str) -> Result<(), Fault> {
        if self.take(keyword) {
            return Ok(());
        }
        let line = self.line();
        match self.next() {
            Some(word) => Err(Fault::new(format!("line {line}: \"{}\" stands where {keyword} belongs", shortened(word)), AGAIN)),
            None => Err(Fault::cut_off(format!("the text ends where {keyword} belongs"))),
        }
    }

    /// Takes a keyword after which a colon may stand, apart, attached, or attached to the word that follows too.
    pub(super) fn expect_label(&mut self, label: &str) -> Result<(), Fault> {
        self.skip_blanks();
        let begins = self.rest.get(..label.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(label));
        if !begins {
            return self.expect(&format!("{label}:"));
        }
        self.rest = &self.rest[label.len()..];
        self.skip_blanks();
        self.rest = self.rest.strip_prefix(':').unwrap_or(self.rest);
        Ok(())
    }

    /// A name: everything up to the end of the line or a brace, blanks within it included.
    pub(super) fn name(&mut self) -> &'a str {
        let line = self.rest;
        let end = line.find(['\n', '\r', '{', '}']).unwrap_or(line.len());
        let (name, rest) = line.split_at(end);
        let name = name.trim_matches(is_blank);
        // Nothing on this line: the name stands on the next.
        if name.is_empty() {
            return self.next().unwrap_or("");
        }
        self.rest = rest;
        name
    }

    /// The next number; `None` at the end of the text. Numbers may touch where the second has a sign: `1.5-2.5`.
    pub(super) fn number(&mut self, what: impl FnOnce() -> String) -> Result<Option<f32>, Fault> {
        self.skip_blanks();
        let mut after = self.clone();
        let Some(word) = after.next() else { return Ok(None) };
        let number = &word[..first_number(word)];
        // The text was cut off within its last number.
        if after.rest.is_empty() && number.parse::<f32>().is_err() && format!("{number}0").parse::<f32>().is_ok() {
            *self = after;
            return Ok(None);
        }
        self.rest = &self.rest[number.len()..];
        match number.parse::<f32>() {
            Ok(value) if value.abs() <= MAX_MAGNITUDE => Ok(Some(value)),
            _ => Err(bad_number(self.line, word, &what())),
        }
    }
}

/// Where the first number of a word ends: before a sign that is not that of an exponent.
fn first_number(word: &str) -> usize {
    let bytes = word.as_bytes();
    // No number is longer; the rest of a long word is not looked at for each of its numbers.
    let next = (1..bytes.len().min(LONGEST_NUMBER)).find(|&at| matches!(bytes[at], b'-' | b'+') && !matches!(bytes[at - 1], b'e' | b'E'));
    next.unwrap_or(bytes.len())
}

fn bad_number(line: usize, word: &str, what: &str) -> Fault {
    let is_comma_decimal = word.contains(',') && word.replacen(',', ".", 1).parse::<f32>().is_ok();
    if is_comma_decimal {
        let help = "export it again with points, or replace the commas";
        return Fault::new(format!("line {line}, {what}: \"{}\" has a comma as its decimal point", shortened(word)), help);
    }
    Fault::new(format!("line {line}, {what}: \"{}\" is not a usable number", shortened(word)), AGAIN)
}

/// The beginning of a word that may be long.
pub(super) fn shortened(word: &str) -> String {
    word.chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_their_line_whatever_ends_it() {
        let mut words = Words::of("a\r\nb\rc\n\n d{e");
        let mut found = Vec::new();
        loop {
            let line = words.line();
            let Some(word) = words.next() else { break };
            found.push((word, line));
        }
        assert_eq!(found, [("a", 1), ("b", 2), ("c", 3), ("d", 5), ("{", 5), ("e", 5)]);
    }

    #[test]
    fn numbers_part_before_a_sign_but_not_within_an_exponent() {
        let mut words = Words::of("1.5-2.5+3 -1e-3-4E+2\u{1a}");
        let mut found = Vec::new();
        while let Some(number) = words.number(String::new).expect("numbers") {
            found.push(number);
        }
        assert_eq!(found, [1.5, -2.5, 3.0, -0.001, -400.0]);
    }

    #[test]
    fn numbers_part_in_a_word_of_any_length() {
        let long = "1.5-2.5e-3+".repeat(2000);
        let mut words = Words::of(long.trim_end_matches('+'));
        for _ in 0..2000 {
            assert_eq!(words.number(String::new).expect("a number").map(f32::abs), Some(1.5));
            assert_eq!(words.number(String::new).expect("a number"), Some(-0.0025));
        }
        assert_eq!(words.number(String::new).expect("the end"), None);
        // More letters than any number has are none.
        assert!(Words::of(&"1".repeat(LONGEST_NUMBER + 40)).number(String::new).is_err());
    }

    #[test]
    fn utf_16_is_read_in_either_order() {
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes: Vec<u8> = "\u{feff}HIERARCHY 左".encode_utf16().flat_map(order).collect();
            assert_eq!(decoded(&bytes), "HIERARCHY 左");
        }
        assert_eq!(decoded("\u{feff}HIERARCHY".as_bytes()), "HIERARCHY");
    }
}
