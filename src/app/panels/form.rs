//! What dialogs are made of.

use super::parts::{TextButton, soft};
use crate::app::theme::{self, EDGE, SUNKEN, TEXT};
use crate::author::Action;
use bevy_egui::egui::{Align, Frame, Id, Key, Layout, Margin, RichText, Stroke, TextEdit, Ui};
use std::path::{Path, PathBuf};

/// Height of a path field with the button beside it, points.
pub(super) const FIELD_HEIGHT: f32 = 34.0;

/// A dialog's title and a sentence under it.
pub(super) fn heading(ui: &mut Ui, title: &str, sentence: &str) {
    ui.set_width(460.0);
    ui.label(RichText::new(title).font(theme::medium(18.0)).color(TEXT));
    ui.add_space(4.0);
    ui.label(soft(sentence));
    ui.add_space(8.0);
}

/// A dialog's buttons from the right: what each does, the first being the one to press.
pub(super) fn buttons(ui: &mut Ui, offered: &[(&str, bool, Action)]) -> Vec<Action> {
    let mut actions = Vec::new();
    ui.add_space(8.0);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        for (place, (text, enabled, action)) in offered.iter().enumerate() {
            let button = TextButton { text, main: place == 0, min_width: if place == 0 { 96.0 } else { 0.0 }, height: 34.0 };
            if ui.add_enabled(*enabled, button).clicked() {
                actions.push(action.clone());
            }
        }
    });
    actions
}

/// A field for a path: what was written into it, and whether Enter ended it.
pub(super) fn path_field(ui: &mut Ui, id: &str, path: &Path) -> (Option<PathBuf>, bool) {
    let mut text = path.to_string_lossy().into_owned();
    let frame = Frame::new().fill(SUNKEN.color()).stroke(Stroke::new(1.0, EDGE)).corner_radius(8).inner_margin(Margin::symmetric(10, 8));
    let response = ui.add(TextEdit::singleline(&mut text).id(Id::new(id)).desired_width(ui.available_width()).frame(frame));
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    (response.changed().then(|| text.into()), entered)
}
