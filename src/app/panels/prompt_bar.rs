//! The heart of the window: what the character does, and how.

use super::panel_view::PanelView;
use super::parts::{TextButton, card, divider, faint, prompt_id, row, soft, switch};
use super::sampling::more;
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, ACCENT, EDGE, SUNKEN, TEXT, TEXT_FAINT, TEXT_SOFT};
use crate::author::Action;
use crate::author::session::{DraftAction, GenerationAction};
use crate::author::session::{LENGTH_RANGE_SECS, MOST_VARIATIONS, another_seed};
use bevy_egui::egui::{Align, Button, DragValue, Frame, Key, Label, Layout, Margin, RichText, Stroke, TextEdit, Ui, vec2};
use std::borrow::Cow;

/// What the length is when it is first chosen, seconds.
const USUAL_LENGTH_SECS: f32 = 4.0;

pub(super) fn prompt_bar(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let mut actions = Vec::new();
    if view.session.timeline().clips().is_empty() {
        actions.extend(row(ui, 30.0, |ui| examples(ui, view)));
    }
    let rest = ui.available_rect_before_wrap();
    ui.scope_builder(bevy_egui::egui::UiBuilder::new().max_rect(rest), |ui| {
        card(ui, "prompt bar", |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            actions.extend(row(ui, 38.0, |ui| prompt(ui, view)));
            actions.extend(row(ui, 26.0, |ui| settings(ui, view)));
        });
    });
    actions
}

/// Prompts to try, as many as fit.
fn examples(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let mut actions = Vec::new();
    ui.spacing_mut().item_spacing.x = 6.0;
    for example in view.examples {
        let text = RichText::new(*example).size(12.5).color(TEXT_SOFT);
        let galley_width = ui.painter().layout_no_wrap((*example).to_owned(), theme::regular(12.5), TEXT.color()).size().x;
        if galley_width + 26.0 > ui.available_width() {
            break;
        }
        let chip = Button::new(text).fill(theme::PANEL.with_alpha(0.9)).stroke(Stroke::new(1.0, EDGE)).corner_radius(13);
        if ui.add(chip.min_size(vec2(0.0, 26.0))).clicked() {
            actions.push(Action::Draft(DraftAction::Prompt((*example).to_owned())));
            actions.push(Action::Generation(GenerationAction::Generate));
        }
    }
    actions
}

fn prompt(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let session = view.session;
    let mut actions = Vec::new();
    let busy = !session.generation().jobs().is_empty();
    // Buttons first, from the right, so that the text field takes what is left.
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if busy {
            let stop = TextButton { text: "Stop", main: false, min_width: 104.0, height: 36.0 };
            if ui.add(stop).on_hover_text("End the generation (Esc)").clicked() {
                actions.push(Action::Generation(GenerationAction::Cancel));
            }
        } else {
            let generate = TextButton { text: "Generate", main: true, min_width: 104.0, height: 36.0 };
            if ui.add_enabled(session.can_generate(), generate).on_hover_text("Make a new take (Enter)").clicked() {
                actions.push(Action::Generation(GenerationAction::Generate));
            }
        }
        let go_on = TextButton { text: "Continue", main: false, min_width: 0.0, height: 36.0 };
        if ui
            .add_enabled(session.can_continue(), go_on)
            .on_hover_text("Go on where the selected clip ends, or the last one (Shift+Enter)")
            .clicked()
        {
            actions.push(Action::Generation(GenerationAction::Continue));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| actions.extend(text_field(ui, view)));
    });
    actions
}

fn text_field(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut text = Cow::Borrowed(view.session.draft().prompt.as_str());
    let focused = ui.memory(|memory| memory.has_focus(prompt_id()));
    let edge = if focused { ACCENT.with_alpha(0.7) } else { EDGE.color() };
    let frame = Frame::new().fill(SUNKEN.color()).stroke(Stroke::new(1.0, edge)).corner_radius(9).inner_margin(Margin::symmetric(12, 8));
    let field = TextEdit::singleline(&mut text)
        .id(prompt_id())
        .font(theme::regular(16.0))
        .text_color(TEXT.color())
        .hint_text(RichText::new("What does the character do?").font(theme::regular(16.0)).color(TEXT_FAINT))
        .desired_width(f32::INFINITY)
        .char_limit(500)
        .frame(frame);
    let response = ui.add(field);
    if response.changed() {
        actions.push(Action::Draft(DraftAction::Prompt(text.into_owned())));
    }
    // A single line lets go of the focus at Enter.
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        let go_on = ui.input(|input| input.modifiers.shift);
        actions.push(if go_on { Action::Generation(GenerationAction::Continue) } else { Action::Generation(GenerationAction::Generate) });
    }
    actions
}

fn settings(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let draft = &view.session.draft();
    let mut actions = Vec::new();
    ui.spacing_mut().item_spacing.x = 6.0;
    ui.label(soft("Seed").size(12.5));
    let mut seed = draft.seed;
    if ui.add(DragValue::new(&mut seed).speed(0.1)).on_hover_text("The same prompt and seed give the same motion").changed() {
        actions.push(Action::Draft(DraftAction::Seed(seed)));
    }
    if icon_button(ui, Icon::Dice, "Another seed", 26.0, Emphasis::Quiet).clicked() {
        actions.push(Action::Draft(DraftAction::Seed(another_seed(draft.seed))));
    }
    divider(ui);
    ui.label(soft("Length").size(12.5));
    let automatic = draft.length_secs.is_none();
    if switch(ui, "Auto", automatic).on_hover_text("The model ends where it wants").clicked() {
        actions.push(Action::Draft(DraftAction::Seconds(if automatic { Some(USUAL_LENGTH_SECS) } else { None })));
    }
    let mut secs = draft.length_secs.unwrap_or(USUAL_LENGTH_SECS);
    let range = LENGTH_RANGE_SECS.0..=LENGTH_RANGE_SECS.1;
    let value = DragValue::new(&mut secs).range(range).speed(0.05).fixed_decimals(1).suffix(" s");
    let value = ui.scope(|ui| {
        ui.set_opacity(if automatic { 0.45 } else { 1.0 });
        ui.add(value)
    });
    if value.inner.changed() {
        actions.push(Action::Draft(DraftAction::Seconds(Some(secs))));
    }
    divider(ui);
    ui.label(soft("Variations").size(12.5));
    let mut variations = draft.variations;
    let value = DragValue::new(&mut variations).range(1..=MOST_VARIATIONS).speed(0.03);
    if ui.add(value).on_hover_text("Takes of one prompt, each with its own seed").changed() {
        actions.push(Action::Draft(DraftAction::Variations(variations)));
    }
    divider(ui);
    let hint = "Read the prompt word by word, instead of what the model understands by it in plain words";
    if switch(ui, "Literal", draft.literal).on_hover_text(hint).clicked() {
        actions.push(Action::Draft(DraftAction::Literal(!draft.literal)));
    }
    actions.extend(more(ui, view));
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let actions_named = view.session.actions_in_prompt();
        if actions_named > 1 && view.session.can_generate() {
            let button = ui.button(RichText::new(format!("As {actions_named} clips")).size(12.5));
            if button.on_hover_text("Make each action a clip of its own that goes on from the one before (Ctrl+Shift+G)").clicked() {
                actions.push(Action::Generation(GenerationAction::LayOut));
            }
        }
        let note: Cow<'_, str> = match view.session.canonical_prompt() {
            Some(plain) => format!("Read as “{plain}”").into(),
            None => "Enter generates · Shift+Enter continues".into(),
        };
        if ui.available_width() > 210.0 {
            ui.add(Label::new(faint(note)).truncate());
        }
    });
    actions
}
