//! How the next generation is sampled, and the prompt in other words: what few need, behind "More" in the prompt bar.

use super::panel_view::PanelView;
use super::parts::{TextButton, faint, row, soft};
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, ACCENT, RAISED, TEXT, TEXT_SOFT};
use crate::author::Action;
use crate::author::session::{Dialog, GUIDANCES, MOST_TOP_K, ModelState, TEMPERATURES, TOP_PS, usual_candidates};
use crate::author::session::{DialogAction, DraftAction};
use crate::timeline::{MOST_CANDIDATES, Sampling};
use bevy_egui::egui::{
    Align, Button, Color32, DragValue, Label, Layout, Popup, PopupCloseBehavior, RectAlign, RichText, Ui, emath::Numeric, vec2,
};
use std::ops::RangeInclusive;

const WIDTH: f32 = 300.0;

/// The button "More", in the accent's colour where something is not as the model comes; its contents open at a click.
pub(super) fn more(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let is_open = *view.session.dialog() == Dialog::Sampling;
    let draft = view.session.draft();
    let differs = draft.sampling != Sampling::default() || draft.candidates.is_some();
    let text = RichText::new("More").size(12.5).color(if differs { ACCENT } else { TEXT_SOFT });
    let button = Button::new(text).fill(if is_open { RAISED.color() } else { Color32::TRANSPARENT }).min_size(vec2(30.0, 26.0));
    let button = ui.add(button).on_hover_text("How tokens are chosen, and the prompt in other words");
    let mut actions = Vec::new();
    if button.clicked() {
        actions.push(if is_open { Action::Dialog(DialogAction::CloseDialog) } else { Action::Dialog(DialogAction::OpenSampling) });
    }
    if is_open {
        let mut open = true;
        let popup = Popup::from_response(&button).open_bool(&mut open).align(RectAlign::TOP);
        let popup = popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).frame(theme::card().fill(theme::PANEL.color()));
        actions.extend(popup.show(|ui| contents(ui, view)).map_or_else(Vec::new, |shown| shown.inner));
        if !open && !button.clicked() {
            actions.push(Action::Dialog(DialogAction::CloseDialog));
        }
    }
    actions
}

fn contents(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let session = view.session;
    let wanted = &session.draft().sampling;
    let own = if let ModelState::Ready(info) = &session.models().state() { info.sampling.clone() } else { Sampling::default() };
    let mut actions = Vec::new();
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.label(RichText::new("Sampling").font(theme::medium(13.0)).color(TEXT));
    let mut next = wanted.clone();
    let mut greedy = wanted.greedy;
    if ui.checkbox(&mut greedy, soft("Always the likeliest token (greedy)").size(12.5)).changed() {
        next.greedy = greedy;
    }
    ui.add_enabled_ui(!greedy, |ui| {
        let about = "Higher is bolder, lower is safer";
        value(ui, ("Temperature", about), &mut next.temperature, own.temperature, TEMPERATURES.0..=TEMPERATURES.1);
        let about = "Only the likeliest tokens that make up this share";
        value(ui, ("Top-p", about), &mut next.top_p, own.top_p, TOP_PS.0..=TOP_PS.1);
        value(ui, ("Top-k", "Only so many of the likeliest tokens; 0 is all"), &mut next.top_k, own.top_k, 0..=MOST_TOP_K);
    });
    let about = "How much the prompt counts; 1 is the model alone, and twice as fast";
    value(ui, ("Guidance", about), &mut next.guidance, own.guidance, GUIDANCES.0..=GUIDANCES.1);
    if next != *wanted {
        actions.push(Action::Draft(DraftAction::Sampling(next)));
    }
    row(ui, 28.0, |ui| {
        let reset = TextButton { text: "As the model comes", main: false, min_width: 0.0, height: 26.0 };
        if ui.add_enabled(*wanted != Sampling::default(), reset).clicked() {
            actions.push(Action::Draft(DraftAction::Sampling(Sampling::default())));
        }
    });
    let mut best_of = session.draft().candidates;
    let about = "So many samples are made of each take; the one is taken that meets the path and the poses best by itself, else the one with the cleanest feet";
    value(ui, ("Best of", about), &mut best_of, Some(usual_candidates(session.timeline().constraints())), 1..=MOST_CANDIDATES);
    if best_of != session.draft().candidates {
        actions.push(Action::Draft(DraftAction::Candidates(best_of)));
    }
    ui.separator();
    actions.extend(other_words(ui, view));
    actions
}

/// A number that is the model's own until it is changed.
fn value<N: Numeric>(ui: &mut Ui, (name, about): (&str, &str), wanted: &mut Option<N>, own: Option<N>, range: RangeInclusive<N>) {
    row(ui, 26.0, |ui| {
        ui.label(soft(name).size(12.5)).on_hover_text(about);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if wanted.is_some() {
                if icon_button(ui, Icon::Undo, &format!("{name} as the model comes"), 22.0, Emphasis::Quiet).clicked() {
                    *wanted = None;
                    return;
                }
            } else {
                ui.add_space(22.0 + ui.spacing().item_spacing.x);
            }
            let Some(mut shown) = wanted.or(own) else {
                ui.label(faint("–")).on_hover_text("the model is still loading");
                return;
            };
            let speed = if N::INTEGRAL { 0.5 } else { 0.01 };
            let field = ui.scope(|ui| {
                ui.set_opacity(if wanted.is_some() { 1.0 } else { 0.6 });
                ui.add(DragValue::new(&mut shown).range(range).clamp_existing_to_range(false).speed(speed).fixed_decimals(if N::INTEGRAL {
                    0
                } else {
                    2
                }))
            });
            if field.inner.on_hover_text(about).changed() {
                *wanted = Some(shown);
            }
        });
    });
}

/// The prompt in the words of the user's own language model.
fn other_words(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let session = view.session;
    let mut actions = Vec::new();
    ui.label(RichText::new("Prompt in other words").font(theme::medium(13.0)).color(TEXT));
    match &session.settings().rewriter {
        None => {
            ui.label(faint("A language model of yours (a Llama in GGUF form) can say prompts in shorter and clearer words."));
        }
        Some(file) => {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            row(ui, 24.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if icon_button(ui, Icon::Close, "No language model", 22.0, Emphasis::Quiet).clicked() {
                        actions.push(Action::Draft(DraftAction::Rewriter(None)));
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(soft(name).size(12.5)).truncate()).on_hover_text(file.display().to_string());
                    });
                });
            });
        }
    }
    row(ui, 28.0, |ui| {
        let (text, can) = match (&session.settings().rewriter, session.draft().is_rewriting()) {
            (None, _) => ("Choose a language model…", true),
            (Some(_), true) => ("Rewriting…", false),
            (Some(_), false) => ("Rewrite the prompt", !session.draft().prompt.trim().is_empty()),
        };
        if ui.add_enabled(can, TextButton { text, main: false, min_width: 0.0, height: 26.0 }).clicked() {
            actions.push(Action::Draft(DraftAction::Rewrite));
        }
    });
    actions
}
