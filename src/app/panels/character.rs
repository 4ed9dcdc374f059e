//! Who is on the stage: a menu at the palette in the top bar, with the mannequin's look, or the user's own body and its shape.

use super::panel_view::PanelView;
use super::parts::{TextButton, choices, faint, row, soft};
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, ACCENT, EDGE, TEXT};
use crate::author::Action;
use crate::author::session::Body;
use crate::author::session::CharacterAction;
use crate::body::{BUILDS, COLORS, MannequinLook};
use bevy_egui::egui::color_picker::{Alpha, color_picker_color32};
use bevy_egui::egui::{
    Align, Color32, Label, Layout, Popup, PopupCloseBehavior, Response, RichText, Sense, Slider, Stroke, Ui, WidgetInfo, WidgetType, vec2,
};

const WIDTH: f32 = 236.0;
/// How far the sliders of an own body reach, in deviations: most people lie within.
const REACH: f32 = 3.0;

pub(super) fn character_menu(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let button = icon_button(ui, Icon::Palette, "Colour, build, or your own body", 30.0, Emphasis::Quiet);
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).frame(theme::card());
    menu.show(|ui| contents(ui, view)).map_or_else(Vec::new, |shown| shown.inner)
}

fn contents(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 4.0;
    match view.session.character().body() {
        Some(body) => own_body(ui, body),
        None => mannequin(ui, view.session.settings().character.mannequin),
    }
}

fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(theme::medium(13.0)).color(TEXT));
}

fn mannequin(ui: &mut Ui, look: MannequinLook) -> Vec<Action> {
    let mut actions = Vec::new();
    heading(ui, "Colour");
    let own_id = ui.id().with("own colour");
    let mut picks: bool = ui.data(|data| data.get_temp(own_id)).unwrap_or(false);
    row(ui, 28.0, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (name, color) in COLORS {
            if swatch(ui, name, color, look.color == color).clicked() {
                actions.push(Action::Character(CharacterAction::MannequinColor(color)));
            }
        }
        let own = icon_button(ui, Icon::Palette, "Your own colour", 26.0, if picks { Emphasis::On } else { Emphasis::Quiet });
        if own.clicked() {
            picks = !picks;
            ui.data_mut(|data| data.insert_temp(own_id, picks));
        }
    });
    if picks {
        let [red, green, blue] = look.color;
        let mut color = Color32::from_rgb(red, green, blue);
        ui.spacing_mut().slider_width = 150.0;
        if color_picker_color32(ui, &mut color, Alpha::Opaque) {
            actions.push(Action::Character(CharacterAction::MannequinColor([color.r(), color.g(), color.b()])));
        }
    }
    ui.add_space(6.0);
    heading(ui, "Build");
    row(ui, 28.0, |ui| {
        let builds = BUILDS.map(|(name, build)| (build, name));
        if let Some(build) = choices(ui, &builds, Some(look.build)) {
            actions.push(Action::Character(CharacterAction::MannequinBuild(build)));
        }
    });
    let mut build = look.build;
    ui.spacing_mut().slider_width = WIDTH - 62.0;
    let slider = Slider::new(&mut build, -1.0..=1.0).fixed_decimals(2);
    if ui.add(slider).on_hover_text("Thicker or thinner; the motion stays the same").changed() {
        actions.push(Action::Character(CharacterAction::MannequinBuild(build)));
    }
    ui.add_space(6.0);
    if ui.add(TextButton { text: "Your own body…", main: false, min_width: 0.0, height: 26.0 }).clicked() {
        actions.push(Action::Character(CharacterAction::OpenBody));
    }
    actions
}

/// A colour to choose.
fn swatch(ui: &mut Ui, name: &str, [red, green, blue]: [u8; 3], chosen: bool) -> Response {
    let (place, response) = ui.allocate_exact_size(vec2(24.0, 24.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::RadioButton, true, chosen, name));
    let edge = if chosen { Stroke::new(2.0, ACCENT) } else { Stroke::new(1.0, EDGE) };
    let pointed = response.hovered() || response.has_focus();
    ui.painter().circle(place.center(), if pointed { 11.5 } else { 10.5 }, Color32::from_rgb(red, green, blue), edge);
    response.on_hover_text(name)
}

fn own_body(ui: &mut Ui, body: &Body) -> Vec<Action> {
    let mut actions = Vec::new();
    heading(ui, "Your own body");
    row(ui, 24.0, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, Icon::Close, "The mannequin again", 22.0, Emphasis::Quiet).clicked() {
                actions.push(Action::Character(CharacterAction::DropBody));
            }
            if icon_button(ui, Icon::Again, "Another body…", 22.0, Emphasis::Quiet).clicked() {
                actions.push(Action::Character(CharacterAction::OpenBody));
            }
            let name = body.path().file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(soft(name)).truncate()).on_hover_text(body.path().display().to_string());
            });
        });
    });
    ui.spacing_mut().slider_width = (ui.available_width() - 96.0).max(40.0);
    for (number, deviations) in body.shape().iter().enumerate() {
        let mut deviations = *deviations;
        row(ui, 20.0, |ui| {
            ui.label(faint(format!("Shape {}", number + 1)));
            let slider = Slider::new(&mut deviations, -REACH..=REACH).fixed_decimals(1);
            if ui.add(slider).on_hover_text("In deviations from the mean body").changed() {
                actions.push(Action::Character(CharacterAction::BodyShape(number, deviations)));
            }
        });
    }
    actions
}
