//! The rater's view: the prompt, two clips whose models nobody names, and their scores.

use super::form::path_field;
use super::panel_view::PanelView;
use super::parts::{TextButton, card, choices, faint, row, soft};
use crate::app::theme::{self, ACCENT, EDGE, GAP, SUNKEN, TEXT};
use crate::author::Action;
use crate::author::session::{DialogAction, RatingAction};
use crate::rating::{CRITERIA, SCORES, Sitting};
use bevy_egui::egui::{Align, Frame, Grid, Id, Key, Label, Layout, Margin, Rect, RichText, Stroke, TextEdit, Ui, pos2, vec2};
use std::path::Path;

/// Without the prompt, which takes the lines that it needs.
const HEIGHT: f32 = 232.0;
const WIDTH: f32 = 900.0;
const LINE_HEIGHT: f32 = 19.0;
/// Width of a letter of the prompt on average, points.
const LETTER_WIDTH: f32 = 7.4;
const MOST_LINES: f32 = 4.0;

/// Where the panel lies, and what it leaves free.
pub(super) fn places(window: Rect, sitting: &Sitting) -> (Rect, Rect) {
    let inner = window.shrink(GAP);
    let width = WIDTH.min(inner.width());
    let letters = prompt(sitting).chars().count() as f32;
    let lines = (letters * LETTER_WIDTH / (width - 24.0)).ceil().clamp(1.0, MOST_LINES);
    let size = vec2(width, HEIGHT + lines * LINE_HEIGHT);
    let place = Rect::from_min_size(pos2(inner.center().x - width / 2.0, inner.bottom() - size.y), size);
    (place, Rect::from_min_max(window.min, pos2(window.right(), place.top())))
}

pub(super) fn rating(ui: &mut Ui, view: &PanelView<'_>, sitting: &Sitting) -> Vec<Action> {
    card(ui, "rating", |ui| {
        let mut actions = Vec::new();
        ui.spacing_mut().item_spacing.y = 6.0;
        let (done, of) = sitting.sheet.progress();
        row(ui, 26.0, |ui| {
            ui.label(RichText::new(format!("{} of {of}", (done + 1).min(of))).font(theme::medium(13.0)).color(ACCENT));
            ui.label(faint(format!("rated by {}", sitting.sheet.rater)));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                for (text, action) in
                    [("Leave", Action::Rating(RatingAction::EndRating)), ("Write the results", Action::Rating(RatingAction::ExportRatings))]
                {
                    if ui.add(TextButton { text, main: false, min_width: 0.0, height: 26.0 }).clicked() {
                        actions.push(action);
                    }
                }
            });
        });
        if sitting.pair.is_none() {
            ui.label(RichText::new("All pairs are rated. Thank you.").font(theme::medium(16.0)).color(TEXT));
            ui.label(soft("Others can rate the same study under their own names; the results say how much you agree."));
            return actions;
        }
        ui.add(Label::new(RichText::new(prompt(sitting)).font(theme::medium(14.0)).color(TEXT)).wrap());
        actions.extend(scores(ui, view, sitting));
        row(ui, 34.0, |ui| {
            ui.label(faint("Keys 1 to 4 score in turn: 1 is poor, 4 is excellent. Backspace takes back, Space plays, Enter goes on."));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let next = TextButton { text: "Next pair", main: true, min_width: 96.0, height: 32.0 };
                if ui.add_enabled(sitting.complete().is_some(), next).clicked() {
                    actions.push(Action::Rating(RatingAction::RatePair));
                }
            });
        });
        actions
    })
}

/// What the two were asked to do.
fn prompt(sitting: &Sitting) -> &str {
    sitting.pair.as_ref().map_or("", |(pair, _)| &sitting.study.prompts()[pair.prompt].prompt)
}

fn scores(ui: &mut Ui, view: &PanelView<'_>, sitting: &Sitting) -> Vec<Action> {
    let mut actions = Vec::new();
    let names = ["1", "2", "3", "4"];
    let options: Vec<(u8, &str)> = SCORES.zip(names).collect();
    let next = view.session.sitting().and_then(Sitting::next_score);
    Grid::new("scores").spacing(vec2(36.0, 4.0)).min_col_width(150.0).show(ui, |ui| {
        for heading in ["", "Left", "Right"] {
            ui.label(RichText::new(heading).font(theme::medium(12.5)).color(TEXT));
        }
        ui.end_row();
        for (criterion, name) in CRITERIA.iter().enumerate() {
            ui.label(soft(sentence(name)));
            for side in 0..2 {
                ui.horizontal(|ui| {
                    if let Some(score) = choices(ui, &options, sitting.said[side][criterion]) {
                        actions.push(Action::Rating(RatingAction::Score { side, criterion, score }));
                    }
                    let mark = if next == Some((side, criterion)) { "←" } else { "" };
                    ui.label(RichText::new(mark).color(ACCENT));
                });
            }
            ui.end_row();
        }
    });
    actions
}

fn sentence(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Which study to rate, and who rates.
pub(super) fn dialog(ui: &mut Ui, folder: &Path, rater: &str) -> Vec<Action> {
    let mut actions = Vec::new();
    ui.set_width(460.0);
    ui.label(RichText::new("Rate two models").font(theme::medium(18.0)).color(TEXT));
    ui.label(soft("Clips of two models side by side, and nobody says whose they are."));
    ui.label(faint("`zoetrope rate clips MODEL MODEL -o FOLDER` makes them."));
    ui.add_space(4.0);
    ui.label(faint("Folder of the study"));
    let (written, folder_entered) = path_field(ui, "rating folder", folder);
    let folder = written.clone().unwrap_or_else(|| folder.to_owned());
    ui.label(faint("Your name"));
    let mut name = rater.to_owned();
    let frame = Frame::new().fill(SUNKEN.color()).stroke(Stroke::new(1.0, EDGE)).corner_radius(8).inner_margin(Margin::symmetric(10, 8));
    let response = ui.add(TextEdit::singleline(&mut name).id(Id::new("rater")).desired_width(f32::INFINITY).frame(frame));
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if written.is_some() || response.changed() {
        actions.push(Action::Rating(RatingAction::RatingForm { folder: folder.clone(), rater: name.clone() }));
    }
    ui.add_space(8.0);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let ready = !name.trim().is_empty() && !folder.as_os_str().is_empty();
        let go = ui.add_enabled(ready, TextButton { text: "Rate", main: true, min_width: 96.0, height: 34.0 });
        if go.clicked() || ((entered || folder_entered) && ready) {
            actions.push(Action::Rating(RatingAction::Rate { folder, rater: name }));
        }
        if ui.add(TextButton { text: "Cancel", main: false, min_width: 0.0, height: 34.0 }).clicked() {
            actions.push(Action::Dialog(DialogAction::CloseDialog));
        }
    });
    actions
}
