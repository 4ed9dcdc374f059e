//! The project's menu, at its name in the top bar.

use super::panel_view::PanelView;
use crate::app::theme::{self, ACCENT, TEXT, TEXT_FAINT, TEXT_SOFT};
use crate::author::Action;
use crate::author::key_bindings::{self, PaletteCommand};
use crate::author::session::{DialogAction, ExportAction, ProjectAction, RatingAction, TakeAction, ViewAction};
use crate::author::settings::Appearance;
use bevy_egui::egui::{Button, RichText, Ui};
use std::path::Path;

/// The project's name, a dot where it is unsaved; its menu opens at a click.
pub(super) fn menu(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let session = view.session;
    let mut actions = Vec::new();
    let name = RichText::new(format!("{} ⏷", session.project().name())).font(theme::regular(13.5)).color(TEXT_SOFT);
    let response = ui
        .menu_button(name, |ui| {
            ui.set_min_width(250.0);
            let mut item = |ui: &mut Ui, text: &str, enabled: bool, action: Action| {
                let command = key_bindings::of(session, &action);
                let key = command.map(PaletteCommand::key).unwrap_or_default();
                let text = command.map_or(text, |command| command.name);
                let button = Button::new(RichText::new(text).color(TEXT)).shortcut_text(RichText::new(key).color(TEXT_FAINT));
                if ui.add_enabled(enabled, button.min_size(bevy_egui::egui::vec2(ui.available_width(), 26.0))).clicked() {
                    actions.push(action);
                    ui.close();
                }
            };
            item(ui, "", true, Action::Project(ProjectAction::NewProject));
            item(ui, "", true, Action::Project(ProjectAction::OpenProject));
            for path in &session.settings().recent {
                item(ui, &short(path), session.project().path() != Some(path), Action::Project(ProjectAction::OpenRecent(path.clone())));
            }
            ui.separator();
            item(ui, "", session.is_unsaved(), Action::Project(ProjectAction::SaveProject));
            item(ui, "", true, Action::Project(ProjectAction::SaveProjectAs));
            ui.separator();
            item(ui, "", true, Action::Takes(TakeAction::ImportFile));
            item(ui, "", session.export_subject().is_there(), Action::Exports(ExportAction::OpenExport));
            ui.separator();
            item(ui, "", true, Action::View(ViewAction::Appearance(if session.is_light() { Appearance::Dark } else { Appearance::Light })));
            item(ui, "", true, Action::Rating(RatingAction::OpenRating));
            item(ui, "", true, Action::Dialog(DialogAction::OpenPalette));
            item(ui, "", true, Action::Dialog(DialogAction::OpenHelp));
            item(ui, "", true, Action::Project(ProjectAction::Close));
        })
        .response;
    if session.is_unsaved() {
        let at = response.rect.left_center() + bevy_egui::egui::vec2(4.0, 0.0);
        ui.painter().circle_filled(at, 2.5, ACCENT);
    }
    response.on_hover_text("Projects: new, open, save, import, export");
    actions
}

/// A path that fits into a menu: the file and its folder.
fn short(path: &Path) -> String {
    let part = |path: Option<&Path>| path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    format!("    {}  ·  {}", part(Some(path)), part(path.parent()))
}
