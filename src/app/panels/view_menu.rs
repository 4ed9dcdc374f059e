//! What is seen beside the character, and how finely: a menu at the eye in the top bar.

use super::panel_view::PanelView;
use super::parts::{choices, faint, row, soft};
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, TEXT};
use crate::author::Action;
use crate::author::overlays::{ONION_FRAMES, Overlay};
use crate::author::session::ViewAction;
use crate::author::settings::Appearance;
use crate::view::{Quality, Resolution, Shadows};
use bevy_egui::egui::{Align, DragValue, Layout, Popup, PopupCloseBehavior, RichText, Ui, vec2};

const WIDTH: f32 = 236.0;
const OVERLAYS: [(Overlay, &str, &str); 4] = [
    (Overlay::Original, "Original as a ghost (G)", "What was made, before clean-up and edits"),
    (Overlay::OnionSkin, "Onion skin (N)", "Poses before (blue) and after (orange)"),
    (Overlay::FootTrails, "Foot trails", "Where the feet go, a second around now"),
    (Overlay::RootPath, "Path on the floor (P)", "Where the body goes"),
];

pub(super) fn view_menu(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let overlays = &view.session.settings().overlays;
    let any = OVERLAYS.iter().any(|(overlay, ..)| overlays.has(*overlay));
    let eye = icon_button(ui, Icon::Eye, "What is seen beside the character", 30.0, if any { Emphasis::On } else { Emphasis::Quiet });
    let menu = Popup::menu(&eye).close_behavior(PopupCloseBehavior::CloseOnClickOutside).frame(theme::card());
    menu.show(|ui| contents(ui, view)).map_or_else(Vec::new, |shown| shown.inner)
}

fn contents(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let overlays = &view.session.settings().overlays;
    let mut actions = Vec::new();
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.label(RichText::new("Beside the character").font(theme::medium(13.0)).color(TEXT));
    for (overlay, name, about) in OVERLAYS {
        let mut on = overlays.has(overlay);
        if ui.checkbox(&mut on, soft(name)).on_hover_text(about).changed() {
            actions.push(Action::View(ViewAction::Overlay(overlay, on)));
        }
        if overlay == Overlay::OnionSkin && overlays.onion_skin {
            row(ui, 24.0, |ui| {
                ui.add_space(24.0);
                ui.label(faint("every"));
                let mut frames = overlays.onion_frames;
                if ui.add(DragValue::new(&mut frames).range(ONION_FRAMES).speed(0.1).suffix(" frames")).changed() {
                    actions.push(Action::View(ViewAction::OnionFrames(frames)));
                }
            });
        }
    }
    ui.add_space(6.0);
    ui.label(RichText::new("Appearance").font(theme::medium(13.0)).color(TEXT));
    row(ui, 28.0, |ui| {
        let appearances = [(Appearance::System, "System"), (Appearance::Dark, "Dark"), (Appearance::Light, "Light")];
        if let Some(appearance) = choices(ui, &appearances, Some(view.session.settings().appearance)) {
            actions.push(Action::View(ViewAction::Appearance(appearance)));
        }
    });
    ui.add_space(6.0);
    ui.label(RichText::new("Quality").font(theme::medium(13.0)).color(TEXT));
    actions.extend(quality(ui, view));
    actions
}

/// Presets, and what they consist of.
fn quality(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let mut actions = Vec::new();
    let chosen = view.session.settings().quality;
    row(ui, 28.0, |ui| {
        let presets = [(None, "Auto"), (Some(Quality::LOW), "Low"), (Some(Quality::MEDIUM), "Medium"), (Some(Quality::HIGH), "High")];
        if let Some(quality) = choices(ui, &presets, Some(chosen)) {
            actions.push(Action::View(ViewAction::Quality(quality)));
        }
    });
    let Some(quality) = chosen else {
        ui.label(faint(match &view.session.view().graphics() {
            Some((name, true)) => format!("medium: {name} draws on the processor"),
            Some((name, false)) => format!("high: {name}"),
            None => "what suits the graphics device".to_owned(),
        }));
        return actions;
    };
    let part = |ui: &mut Ui, name: &str| {
        let layout = Layout::left_to_right(Align::Center);
        ui.allocate_ui_with_layout(vec2(58.0, 24.0), layout, |ui| {
            ui.set_min_width(58.0);
            ui.label(faint(name));
        });
    };
    row(ui, 26.0, |ui| {
        part(ui, "Pixels");
        let resolutions = [(Resolution::Half, "50 %"), (Resolution::ThreeQuarters, "75 %"), (Resolution::Full, "100 %")];
        if let Some(resolution) = choices(ui, &resolutions, Some(quality.resolution)) {
            actions.push(Action::View(ViewAction::Quality(Some(Quality { resolution, ..quality }))));
        }
    });
    row(ui, 26.0, |ui| {
        part(ui, "Shadows");
        let shadows = [(Shadows::Off, "None"), (Shadows::Small, "Hard"), (Shadows::Large, "Soft")];
        if let Some(shadows) = choices(ui, &shadows, Some(quality.shadows)) {
            actions.push(Action::View(ViewAction::Quality(Some(Quality { shadows, ..quality }))));
        }
    });
    row(ui, 26.0, |ui| {
        part(ui, "Edges");
        let edges = [(false, "Rough"), (true, "Smooth")];
        if let Some(smooth_edges) = choices(ui, &edges, Some(quality.smooth_edges)) {
            actions.push(Action::View(ViewAction::Quality(Some(Quality { smooth_edges, ..quality }))));
        }
    });
    actions
}
