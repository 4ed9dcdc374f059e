//! The top: project, model and its licence on the left; views and Export on the right.

use super::character::character_menu;
use super::menu::menu;
use super::models::model_menu;
use super::panel_view::PanelView;
use super::parts::{TextButton, choices, divider, row};
use super::view_menu::view_menu;
use crate::app::icons::{Emphasis, Icon, draw, icon_button};
use crate::app::theme::{self, ACCENT, DONE, EDGE, RAISED, TEXT, TEXT_FAINT, TEXT_SOFT, TROUBLE};
use crate::author::Action;
use crate::author::session::{Dialog, ModelAction, ModelDialog, ModelState};
use crate::author::session::{DialogAction, ExportAction, ViewAction};
use crate::generator::protocol::ModelInfo;
use crate::view::{CameraMove, Figure, ViewAngle};
use bevy_egui::egui::{Align, Color32, CornerRadius, Layout, RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo, WidgetType, vec2};

pub(super) fn top_bar(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let mut actions = Vec::new();
    row(ui, 36.0, |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(24.0, 24.0), Sense::hover());
        draw(ui.painter(), rect.shrink(2.0), Icon::Logo, ACCENT.color());
        ui.label(RichText::new("Zoetrope").font(theme::medium(16.0)).color(TEXT));
        actions.extend(menu(ui, view));
        ui.add_space(6.0);
        actions.extend(model(ui, view));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            actions.extend(right_side(ui, view));
        });
    });
    actions
}

/// The model's name, where it runs and the licence of what it makes; the menu of models opens at a click.
fn model(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let (light, name, rest, details) = match &view.session.models().state() {
        ModelState::Loading { name, done } => {
            let percent = if *done > 0.0 { format!(" {:.0} %", 100.0 * done) } else { String::new() };
            (TEXT_FAINT, format!("Loading {name}…{percent}"), String::new(), "the model is being loaded".to_owned())
        }
        ModelState::Ready(info) => {
            (DONE, info.name.clone(), format!("{} · {}", info.device_label(), licence(info)), "choose, get and import models".to_owned())
        }
        ModelState::Failed { message } => (TROUBLE, "no model".to_owned(), String::new(), message.clone()),
    };
    let font = theme::regular(12.5);
    let name = ui.painter().layout_no_wrap(name, font.clone(), TEXT_SOFT.color());
    let rest = ui.painter().layout_no_wrap(rest, font, TEXT_SOFT.color());
    let gap = if rest.size().x > 0.0 { 6.0 } else { 0.0 };
    let (place, response) = ui.allocate_exact_size(vec2(34.0 + name.size().x + gap + rest.size().x, 26.0), Sense::click());
    let label = format!("Model {}, {}", name.text(), rest.text());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &label));
    let hovered = response.hovered() || response.has_focus();
    let (fill, edge) = if hovered { (RAISED.color(), EDGE.color()) } else { (theme::PANEL.with_alpha(0.6), EDGE.with_alpha(0.7)) };
    ui.painter().rect(place, CornerRadius::same(13), fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    ui.painter().circle_filled(place.left_center() + vec2(13.0, 0.0), 3.5, light);
    let at = place.left_center() + vec2(23.0, -name.size().y / 2.0);
    let rest_at = at + vec2(name.size().x + gap, 0.0);
    ui.painter().galley(at, name, TEXT.color());
    ui.painter().galley(rest_at, rest, TEXT_SOFT.color());
    let mut actions = model_menu(view, &response);
    let is_open = *view.session.dialog() == Dialog::Models(ModelDialog::Menu);
    if response.on_hover_text(details).clicked() {
        actions.push(if is_open { Action::Dialog(DialogAction::CloseDialog) } else { Action::Models(ModelAction::Menu) });
    }
    actions
}

/// The licence, with what its abbreviation means for whoever has no time to look it up.
fn licence(info: &ModelInfo) -> String {
    let non_commercial = info.licence.split(['-', ' ']).any(|part| part == "NC");
    if non_commercial { format!("{} (non-commercial)", info.licence) } else { info.licence.clone() }
}

/// From right to left.
fn right_side(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let session = view.session;
    let mut actions = Vec::new();
    ui.spacing_mut().item_spacing.x = 6.0;
    if icon_button(ui, Icon::Help, "Keys (?)", 30.0, Emphasis::Quiet).clicked() {
        actions.push(Action::Dialog(DialogAction::OpenHelp));
    }
    let can_export = session.export_subject().is_there();
    let export = TextButton { text: "Export…", main: false, min_width: 0.0, height: 30.0 };
    if ui.add_enabled(can_export, export).on_hover_text("Write the timeline or the shown take to a file (Ctrl+E)").clicked() {
        actions.push(Action::Exports(ExportAction::OpenExport));
    }
    divider(ui);
    let on = |on: bool| if on { Emphasis::On } else { Emphasis::Quiet };
    let bones = session.view().figure() == Figure::Skeleton;
    if icon_button(ui, Icon::Bones, "Skeleton (B)", 30.0, on(bones)).clicked() {
        actions.push(Action::View(ViewAction::Show(Figure::Skeleton)));
    }
    if icon_button(ui, Icon::Person, "Character (B)", 30.0, on(!bones)).clicked() {
        actions.push(Action::View(ViewAction::Show(Figure::Mannequin)));
    }
    divider(ui);
    actions.extend(character_menu(ui, view));
    actions.extend(view_menu(ui, view));
    if icon_button(ui, Icon::Follow, "Follow the character (F)", 30.0, on(session.view().follows())).clicked() {
        actions.push(Action::View(ViewAction::Camera(CameraMove::Follow(!session.view().follows()))));
    }
    let angles = [
        (ViewAngle::Top, "Top"),
        (ViewAngle::Back, "Back"),
        (ViewAngle::Side, "Side"),
        (ViewAngle::ThreeQuarter, "3/4"),
        (ViewAngle::Front, "Front"),
    ];
    ui.scope(|ui| {
        ui.visuals_mut().widgets.inactive.weak_bg_fill = Color32::TRANSPARENT;
        if let Some(angle) = choices(ui, &angles, None) {
            actions.push(Action::View(ViewAction::Camera(CameraMove::LookFrom(angle))));
        }
    });
    actions
}
