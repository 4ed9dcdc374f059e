//! What is seen beside the character, and how finely: a menu at the eye in the top bar.

use super::View;
use super::parts::{choices, faint, row, soft};
use crate::app::Action;
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::session::{ONION_FRAMES, Overlay};
use crate::app::settings::Appearance;
use crate::app::theme::{self, TEXT};
use crate::stage::Quality;
use bevy_egui::egui::{DragValue, Popup, PopupCloseBehavior, RichText, Ui};

const WIDTH: f32 = 236.0;
const OVERLAYS: [(Overlay, &str, &str); 4] = [
    (Overlay::Original, "Original as a ghost (G)", "What was made, before clean-up and edits"),
    (Overlay::OnionSkin, "Onion skin (N)", "Poses before (blue) and after (orange)"),
    (Overlay::FootTrails, "Foot trails", "Where the feet go, a second around now"),
    (Overlay::RootPath, "Path on the floor (P)", "Where the body goes"),
];

pub(super) fn view_menu(ui: &mut Ui, view: &View<'_>) -> Vec<Action> {
    let overlays = &view.session.settings.overlays;
    let any = OVERLAYS.iter().any(|(overlay, ..)| overlays.has(*overlay));
    let eye = icon_button(ui, Icon::Eye, "What is seen beside the character", 30.0, if any { Emphasis::On } else { Emphasis::Quiet });
    let menu = Popup::menu(&eye).close_behavior(PopupCloseBehavior::CloseOnClickOutside).frame(theme::card());
    menu.show(|ui| contents(ui, view)).map_or_else(Vec::new, |shown| shown.inner)
}

fn contents(ui: &mut Ui, view: &View<'_>) -> Vec<Action> {
    let overlays = &view.session.settings.overlays;
    let mut actions = Vec::new();
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.label(RichText::new("Beside the character").font(theme::medium(13.0)).color(TEXT));
    for (overlay, name, about) in OVERLAYS {
        let mut on = overlays.has(overlay);
        if ui.checkbox(&mut on, soft(name)).on_hover_text(about).changed() {
            actions.push(Action::Overlay(overlay, on));
        }
        if overlay == Overlay::OnionSkin && overlays.onion_skin {
            row(ui, 24.0, |ui| {
                ui.add_space(24.0);
                ui.label(faint("every"));
                let mut frames = overlays.onion_frames;
                if ui.add(DragValue::new(&mut frames).range(ONION_FRAMES).speed(0.1).suffix(" frames")).changed() {
                    actions.push(Action::OnionFrames(frames));
                }
            });
        }
    }
    ui.add_space(6.0);
    ui.label(RichText::new("Appearance").font(theme::medium(13.0)).color(TEXT));
    row(ui, 28.0, |ui| {
        let appearances = [(Appearance::System, "System"), (Appearance::Dark, "Dark"), (Appearance::Light, "Light")];
        if let Some(appearance) = choices(ui, &appearances, Some(view.session.settings.appearance)) {
            actions.push(Action::Appearance(appearance));
        }
    });
    ui.add_space(6.0);
    ui.label(RichText::new("Quality").font(theme::medium(13.0)).color(TEXT));
    row(ui, 28.0, |ui| {
        let qualities = [(None, "Auto"), (Some(Quality::Low), "Low"), (Some(Quality::Medium), "Medium"), (Some(Quality::High), "High")];
        if let Some(quality) = choices(ui, &qualities, Some(view.session.settings.quality)) {
            actions.push(Action::Quality(quality));
        }
    });
    ui.label(faint(match view.session.settings.quality {
        None => "what suits the graphics device",
        Some(Quality::Low) => "no shadows, rough edges: the fastest",
        Some(Quality::Medium) => "small shadow map, rough edges",
        Some(Quality::High) => "large soft shadow map, smooth edges",
    }));
    actions
}
