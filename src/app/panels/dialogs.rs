//! Which dialog is open; the model's card and the list of keys.

use super::panel_view::PanelView;
use super::parts::{TextButton, faint, soft};
use super::{character, export, models, palette, project, rating};
use crate::app::keys::KEYS;
use crate::app::theme::{self, TEXT};
use crate::author::Action;
use crate::author::session::DialogAction;
use crate::author::session::{Dialog, ModelDialog, ModelState};
use bevy_egui::egui::{Align, Grid, Id, Layout, Margin, Modal, RichText, ScrollArea, Ui, vec2};
use std::path::Path;

/// A window that is wider has room for two columns of keys, points.
const WIDE_HELP: f32 = 1100.0;

pub(super) fn dialogs(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let mut actions = Vec::new();
    let frame = theme::card().corner_radius(14).inner_margin(Margin::same(20)).fill(theme::PANEL.color());
    let should_close = match &view.session.dialog() {
        // The last two open at what they belong to.
        Dialog::None | Dialog::Models(ModelDialog::Menu) | Dialog::Sampling => false,
        Dialog::Models(dialog) => {
            let modal = Modal::new(Id::new("models")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(models::dialog(ui, view.session, dialog))).should_close()
        }
        Dialog::Export { of, path, taken } => {
            let modal = Modal::new(Id::new("export")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(export::export(ui, view.session, *of, path, *taken))).should_close()
        }
        Dialog::File { path, purpose, taken, .. } => {
            let modal = Modal::new(Id::new("file")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(project::file(ui, path, *purpose, *taken))).should_close()
        }
        Dialog::Clip { path, clips } => {
            let modal = Modal::new(Id::new("clip")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(project::clip(ui, path, clips))).should_close()
        }
        Dialog::Contents { path, animations } => {
            let modal = Modal::new(Id::new("contents")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(character::contents_of_file(ui, path, *animations))).should_close()
        }
        Dialog::MissingCharacter { path } => {
            let modal = Modal::new(Id::new("missing character")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(character::missing(ui, path))).should_close()
        }
        Dialog::Unmapped { path, trouble } => {
            let modal = Modal::new(Id::new("unmapped")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(character::unmapped(ui, path, trouble))).should_close()
        }
        Dialog::Unsaved(_) => {
            let modal = Modal::new(Id::new("unsaved")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(project::unsaved(ui, view.session))).should_close()
        }
        Dialog::Replace { path, .. } => {
            let modal = Modal::new(Id::new("replace")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(project::replace(ui, path))).should_close()
        }
        Dialog::Exporting => {
            let modal = Modal::new(Id::new("exporting")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(project::exporting(ui, view.session))).should_close()
        }
        Dialog::Recover { project } => {
            // An answer is wanted: it does not close by a click beside it.
            Modal::new(Id::new("recover")).frame(frame).show(ui.ctx(), |ui| actions.extend(project::recover(ui, project.as_deref())));
            false
        }
        Dialog::Model => {
            let modal = Modal::new(Id::new("model")).frame(frame);
            modal
                .show(ui.ctx(), |ui| actions.extend(model(ui, view.session.models().state(), view.session.generation().tokens_per_sec())))
                .should_close()
        }
        Dialog::Rating { folder, rater } => {
            let modal = Modal::new(Id::new("rating dialog")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(rating::dialog(ui, folder, rater))).should_close()
        }
        Dialog::Palette { words } => {
            let modal = Modal::new(Id::new("palette dialog")).frame(frame);
            modal.show(ui.ctx(), |ui| actions.extend(palette::palette(ui, view, words))).should_close()
        }
        Dialog::Help => {
            Modal::new(Id::new("help")).frame(frame).show(ui.ctx(), |ui| actions.extend(help(ui, view.session.log_file()))).should_close()
        }
    };
    if should_close {
        actions.push(Action::Dialog(DialogAction::CloseDialog));
    }
    actions
}

/// What the model's card says, or why there is no model.
fn model(ui: &mut Ui, model: &ModelState, tokens_per_sec: Option<f32>) -> Vec<Action> {
    ui.set_width(460.0);
    let (title, under) = match model {
        ModelState::Loading { name, .. } => (name.as_str(), "is being loaded".to_owned()),
        ModelState::Ready(info) => (info.name.as_str(), format!("{}, runs on the {}", info.licence, info.device_label())),
        ModelState::Failed { message } => ("No model", message.clone()),
    };
    ui.label(RichText::new(title).font(theme::medium(18.0)).color(TEXT));
    ui.label(soft(under));
    if let ModelState::Ready(info) = model {
        for (heading, text) in &info.card {
            ui.add_space(4.0);
            ui.label(RichText::new(heading.as_ref()).font(theme::medium(13.0)).color(TEXT));
            ui.label(soft(text.as_str()));
        }
        ui.add_space(4.0);
        let speed = tokens_per_sec.map(|speed| format!("{speed:.0} tokens a second the last time"));
        let memory = memory_stats::memory_stats().map(|held| format!("{} MiB of memory in use", held.physical_mem >> 20));
        let status = [speed, memory].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        ui.label(faint(status));
        ui.label(faint("Every export carries the model's name and licence."));
    }
    let mut actions = Vec::new();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if ui.add(TextButton { text: "Close", main: false, min_width: 96.0, height: 34.0 }).clicked() {
            actions.push(Action::Dialog(DialogAction::CloseDialog));
        }
    });
    actions
}

fn help(ui: &mut Ui, log_file: Option<&Path>) -> Vec<Action> {
    ui.label(RichText::new("Keys").font(theme::medium(18.0)).color(TEXT));
    ui.add_space(4.0);
    ui.spacing_mut().interact_size.y = 18.0;
    // Two columns of keys, and lower than the window, however low that is.
    let window = ui.ctx().viewport_rect();
    let rows = if window.width() > WIDE_HELP { KEYS.len().div_ceil(2) } else { KEYS.len() };
    ScrollArea::vertical().max_height(window.height() - 150.0).show(ui, |ui| {
        Grid::new("keys").spacing(vec2(18.0, 5.0)).show(ui, |ui| {
            for row in 0..rows {
                for (keys, meaning) in KEYS.iter().skip(row).step_by(rows) {
                    ui.label(RichText::new(keys).font(theme::medium(12.5)).color(TEXT));
                    ui.label(soft(*meaning).size(12.5));
                }
                ui.end_row();
            }
        });
    });
    ui.add_space(6.0);
    ui.label(faint("Type what a person does. The model knows everyday movement: walking, turning, waving, kicking, dancing."));
    if let Some(log_file) = log_file {
        ui.add_space(6.0);
        ui.label(faint("A bug report is easier to follow with the log:"));
        ui.horizontal(|ui| {
            let path = log_file.display().to_string();
            if ui.add(TextButton { text: "Copy", main: false, min_width: 60.0, height: 24.0 }).on_hover_text("Copy the path").clicked() {
                ui.ctx().copy_text(path.clone());
            }
            ui.label(soft(path).size(12.5));
        });
    }
    Vec::new()
}
