//! The user's own body and its shape.

use super::View;
use super::parts::{TextButton, faint, row, soft};
use crate::app::Action;
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, TEXT};
use bevy_egui::egui::{Align, Label, Layout, RichText, Slider, Ui};

/// How far the sliders reach, in deviations: most people lie within.
const REACH: f32 = 3.0;

/// The body that is worn and its shape, or how to get one.
pub(super) fn shape(ui: &mut Ui, view: &View<'_>) -> Vec<Action> {
    let mut actions = Vec::new();
    ui.label(RichText::new("Character").font(theme::medium(13.0)).color(TEXT));
    let Some(body) = view.session.body() else {
        if ui.add(TextButton { text: "Your own body…", main: false, min_width: 0.0, height: 26.0 }).clicked() {
            actions.push(Action::OpenBody);
        }
        return actions;
    };
    row(ui, 24.0, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, Icon::Close, "The mannequin again", 22.0, Emphasis::Quiet).clicked() {
                actions.push(Action::DropBody);
            }
            if icon_button(ui, Icon::Again, "Another body…", 22.0, Emphasis::Quiet).clicked() {
                actions.push(Action::OpenBody);
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
                actions.push(Action::BodyShape(number, deviations));
            }
        });
    }
    actions
}
