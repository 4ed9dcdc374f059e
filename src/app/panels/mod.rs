//! The panels: functions from what the window knows to what the user wants, and how they share the window.

mod character;
mod comparison;
mod dialogs;
mod direct;
mod draw_path;
mod export;
mod figure;
mod form;
mod inspector;
mod mapping;
mod menu;
mod models;
mod palette;
mod panel_view;
mod parts;
mod pose_tool;
mod project;
mod prompt_bar;
mod rating;
mod sampling;
mod stage_view;
mod takes;
mod timeline;
mod toasts;
mod top_bar;
mod transport;
mod view_menu;

pub use panel_view::PanelView;
pub(crate) use parts::prompt_id;

use super::keys;
use super::theme::{self, GAP};
use crate::author::Action;
use crate::author::session::{MappingEditor, Session};
use crate::rating::Sitting;
use bevy_egui::egui::{LayerId, Rect, Ui, UiBuilder, pos2, vec2};

/// Where the panels lie, points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Places {
    top: Rect,
    takes: Rect,
    prompt: Rect,
    /// Play head, and the timeline under it.
    bottom: Rect,
    inspector: Option<Rect>,
    /// What no panel covers.
    pub free: Rect,
}

/// Which panels there are beside those that are always there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The timeline has clips.
    pub timeline: bool,
    /// A clip is selected.
    pub inspector: bool,
    /// There is nothing yet: prompts to try are offered.
    pub examples: bool,
}

impl Shape {
    /// What a session has to show.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        let timeline = !session.timeline().clips().is_empty();
        let inspector = session.timeline().selected_clip().is_some();
        Self { timeline, inspector, examples: !timeline }
    }
}

impl Places {
    /// The places in a window.
    #[must_use]
    pub fn in_window(window: Rect, shape: Shape) -> Self {
        let inner = window.shrink(GAP);
        let top = Rect::from_min_size(inner.min, vec2(inner.width(), 36.0));
        let bottom_height = if shape.timeline { (window.height() * 0.26).clamp(148.0, 210.0) } else { 52.0 };
        let bottom = Rect::from_min_max(pos2(inner.left(), inner.bottom() - bottom_height), inner.max);
        let takes_width = (inner.width() * 0.22).clamp(180.0, 250.0);
        let inspector_width = (inner.width() * 0.24).clamp(220.0, 264.0);
        let prompt_height = if shape.examples { 132.0 } else { 96.0 };
        // Between the lists if there is room, else under them.
        let between = inner.width() - takes_width - GAP - if shape.inspector { inspector_width + GAP } else { takes_width + GAP };
        let beside = between >= NARROWEST_PROMPT;
        let prompt_width = if beside { between.min(860.0) } else { inner.width().min(860.0) };
        let middle = if beside && shape.inspector { inner.left() + takes_width + GAP + between / 2.0 } else { inner.center().x };
        let prompt =
            Rect::from_min_size(pos2(middle - prompt_width / 2.0, bottom.top() - GAP - prompt_height), vec2(prompt_width, prompt_height));
        let lists_bottom = if beside { bottom.top() - GAP } else { prompt.top() - GAP };
        let lists_top = top.bottom() + GAP;
        let takes = Rect::from_min_max(pos2(inner.left(), lists_top), pos2(inner.left() + takes_width, lists_bottom));
        let inspector = shape
            .inspector
            .then(|| Rect::from_min_max(pos2(inner.right() - inspector_width, lists_top), pos2(inner.right(), lists_bottom)));
        let right = inspector.map_or(window.right(), |inspector| inspector.left());
        let free = Rect::from_min_max(pos2(window.left(), top.bottom()), pos2(right, prompt.top()));
        Self { top, takes, prompt, bottom, inspector, free }
    }

    /// What no panel covers, were the list of takes as long as it can be.
    #[must_use]
    pub fn beside_lists(&self) -> Rect {
        self.free.with_min_x(self.takes.right())
    }

    /// The panels' places.
    pub fn all(&self) -> impl Iterator<Item = Rect> {
        [self.top, self.takes, self.prompt, self.bottom].into_iter().chain(self.inspector)
    }
}

/// Narrower, its settings do not fit in a row.
const NARROWEST_PROMPT: f32 = 640.0;

/// The whole window: background, panels, dialogs, messages and keys.
pub fn window(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    theme::use_theme_of(ui.ctx());
    let typing = ui.ctx().text_edit_focused();
    let mut actions = match (view.session.sitting(), view.session.mapping().editor()) {
        (Some(sitting), _) => raters_window(ui, view, sitting),
        (None, Some(editor)) => mapping_window(ui, view, editor),
        (None, None) => editors_window(ui, view),
    };
    actions.extend(dialogs::dialogs(ui, view));
    actions.extend(keys::keys(ui.ctx(), view.session, typing));
    actions
}

fn editors_window(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let places = Places::in_window(ui.max_rect(), Shape::of(view.session));
    let mut actions = stage_view::stage_view(ui, view);
    comparison::labels(ui, view, places.beside_lists());
    actions.extend(direct::direct(ui, view, places.beside_lists()));
    actions.extend(at(ui, places.top, |ui| top_bar::top_bar(ui, view)));
    actions.extend(at(ui, places.takes, |ui| takes::takes(ui, view)));
    actions.extend(at(ui, places.prompt, |ui| prompt_bar::prompt_bar(ui, view)));
    actions.extend(at(ui, places.bottom, |ui| transport::transport(ui, view)));
    if let Some(inspector) = places.inspector {
        actions.extend(at(ui, inspector, |ui| inspector::inspector(ui, view)));
    }
    actions.extend(toasts::toasts(ui, view, places.free));
    actions
}

/// Nothing but the two clips and their scores: whoever rates sees no names.
fn raters_window(ui: &mut Ui, view: &PanelView<'_>, sitting: &Sitting) -> Vec<Action> {
    let (place, free) = rating::places(ui.max_rect(), sitting);
    let mut actions = stage_view::stage_view(ui, view);
    actions.extend(at(ui, place, |ui| rating::rating(ui, view, sitting)));
    actions.extend(toasts::toasts(ui, view, free));
    actions
}

/// A skeleton beside our body, and what plays which part; while it is tried out the stage in their place.
fn mapping_window(ui: &mut Ui, view: &PanelView<'_>, editor: &MappingEditor) -> Vec<Action> {
    let (panel, free) = mapping::places(ui.max_rect());
    let mut actions = if editor.is_trying() { stage_view::stage_view(ui, view) } else { at(ui, free, |ui| mapping::figures(ui, editor)) };
    actions.extend(at(ui, panel, |ui| mapping::lists(ui, editor)));
    actions.extend(toasts::toasts(ui, view, free));
    actions
}

/// What the tools over the stage leave of it.
pub(crate) fn free_of_tools(session: &Session, places: &Places) -> Rect {
    let card = direct::place(session, places.beside_lists());
    card.map_or(places.free, |card| places.free.with_min_y(card.bottom()))
}

/// What the mapping editor leaves of the stage.
pub(crate) fn free_of_mapping(window: Rect) -> Rect {
    mapping::places(window).1
}

/// What a rater's panel does not cover.
pub(crate) fn free_of_rating(window: Rect, sitting: &Sitting) -> Rect {
    rating::places(window, sitting).1
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
