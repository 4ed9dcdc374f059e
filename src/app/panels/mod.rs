//! The panels: functions from what the window knows to what the user wants, and how they share the window.

mod dialogs;
mod parts;
mod prompt_bar;
mod stage_view;
mod takes;
mod toasts;
mod top_bar;
mod transport;

pub(crate) use prompt_bar::prompt_id;

use super::session::Session;
use super::theme::GAP;
use super::{Action, keys};
use bevy_egui::egui::{LayerId, Rect, Ui, UiBuilder, pos2, vec2};

/// What panels see.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The window's state.
    pub session: &'a Session,
    /// Prompts to try.
    pub examples: &'a [&'a str],
}

/// Where the panels lie, points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Places {
    top: Rect,
    takes: Rect,
    prompt: Rect,
    transport: Rect,
    /// What no panel covers.
    pub free: Rect,
}

impl Places {
    /// The places in a window.
    #[must_use]
    pub fn in_window(window: Rect) -> Self {
        let inner = window.shrink(GAP);
        let top = Rect::from_min_size(inner.min, vec2(inner.width(), 36.0));
        let transport = Rect::from_min_max(pos2(inner.left(), inner.bottom() - 52.0), inner.max);
        let prompt_width = inner.width().min(860.0);
        let prompt_height = 132.0;
        let prompt = Rect::from_min_size(
            pos2(inner.center().x - prompt_width / 2.0, transport.top() - GAP - prompt_height),
            vec2(prompt_width, prompt_height),
        );
        let takes_width = (inner.width() * 0.22).clamp(180.0, 250.0);
        let takes_bottom = if prompt.left() > inner.left() + takes_width + GAP { transport.top() - GAP } else { prompt.top() - GAP };
        let takes = Rect::from_min_max(pos2(inner.left(), top.bottom() + GAP), pos2(inner.left() + takes_width, takes_bottom));
        let free = Rect::from_min_max(pos2(window.left(), top.bottom()), pos2(window.right(), prompt.top()));
        Self { top, takes, prompt, transport, free }
    }

    /// The panels' places.
    #[must_use]
    pub fn all(&self) -> [Rect; 4] {
        [self.top, self.takes, self.prompt, self.transport]
    }
}

/// The whole window: background, panels, dialogs, messages and keys.
pub fn window(ui: &mut Ui, view: &View<'_>) -> Vec<Action> {
    let places = Places::in_window(ui.max_rect());
    let mut actions = stage_view::stage_view(ui, view);
    actions.extend(at(ui, places.top, |ui| top_bar::top_bar(ui, view)));
    actions.extend(at(ui, places.takes, |ui| takes::takes(ui, view)));
    actions.extend(at(ui, places.prompt, |ui| prompt_bar::prompt_bar(ui, view)));
    actions.extend(at(ui, places.transport, |ui| transport::transport(ui, view)));
    actions.extend(toasts::toasts(ui, view, places.free));
    actions.extend(dialogs::dialogs(ui, view));
    actions.extend(keys::keys(ui.ctx(), view.session));
    actions
}

/// A user interface over the whole window, behind everything.
#[must_use]
pub fn root(ctx: &bevy_egui::egui::Context) -> Ui {
    let whole = UiBuilder::new().layer_id(LayerId::background()).max_rect(ctx.viewport_rect());
    Ui::new(ctx.clone(), "window".into(), whole)
}

fn at<R>(ui: &mut Ui, place: Rect, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope_builder(UiBuilder::new().max_rect(place), contents).inner
}
