//! Takes side by side: a label under each, a click picks one.

use super::panel_view::{PanelView, point_at};
use crate::app::theme::{self, ACCENT, EDGE, ON_ACCENT, PANEL, RAISED, TEXT, TEXT_SOFT};
use crate::author::Action;
use crate::author::session::ComparisonAction;
use crate::author::session::{Comparison, ComparisonEntry};
use crate::stage::ScreenBox;
use bevy_egui::egui::{Align2, CornerRadius, CursorIcon, Id, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

/// Between a figure and what counts as a click on it, points.
const REACH: f32 = 14.0;
/// Between the feet and the label.
const BELOW_FEET: f32 = 20.0;
const LABEL_HEIGHT: f32 = 24.0;
/// Of more, labels that say what their number is would hide each other.
const MOST_WITH_WORDS: usize = 6;

/// Labels under the figures. The one under the pointer stands out, and the one that is picked.
pub(super) fn labels(ui: &Ui, view: &PanelView<'_>, free: Rect) {
    let Some(comparison) = view.session.view().comparison() else { return };
    let painter = ui.painter();
    let picked = view.session.picked_in_comparison();
    headline(painter, comparison, picked, free);
    let pointed = pointed(ui, view);
    let is_crowded = comparison.entries.len() > MOST_WITH_WORDS;
    for (place, (entry, figure)) in comparison.entries.iter().zip(view.on_screen).enumerate() {
        let seed = if is_crowded { entry.seed.to_string() } else { format!("seed {}", entry.seed) };
        let stands_out = [pointed, picked].contains(&Some(place));
        label(painter, place, (entry, seed), on_points(figure, ui.max_rect()), stands_out);
    }
    if pointed.is_some() {
        ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
    }
}

/// The figure that was clicked, when the stage was.
pub(super) fn picked(ui: &Ui, view: &PanelView<'_>) -> Option<Action> {
    pointed(ui, view).map(|place| Action::Comparison(ComparisonAction::Pick(place)))
}

fn pointed(ui: &Ui, view: &PanelView<'_>) -> Option<usize> {
    view.session.view().comparison()?;
    // Only where no panel covers the stage.
    let pointer = ui.ctx().pointer_latest_pos()?;
    let over_stage = ui.ctx().layer_id_at(pointer).is_none_or(|layer| layer == ui.layer_id());
    let hovered = ui.ctx().read_response(Id::new("stage")).is_some_and(|stage| stage.hovered() || stage.clicked());
    if !over_stage || !hovered {
        return None;
    }
    let window = ui.max_rect();
    let hit = |figure: &ScreenBox| {
        let body = on_points(figure, window);
        let with_label = Rect::from_min_max(body.min, pos2(body.right(), body.bottom() + BELOW_FEET + LABEL_HEIGHT));
        with_label.expand(REACH).contains(pointer).then(|| (body.center().x - pointer.x).abs())
    };
    let hits = view.on_screen.iter().enumerate().filter_map(|(place, figure)| Some((place, hit(figure)?)));
    hits.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(place, _)| place)
}

fn on_points(figure: &ScreenBox, window: Rect) -> Rect {
    Rect::from_min_max(point_at(figure.least, window), point_at(figure.most, window))
}

/// What can be done, above the row.
fn headline(painter: &Painter, comparison: &Comparison, picked: Option<usize>, free: Rect) {
    let count = comparison.entries.len();
    let text = if let Some(place) = picked {
        format!("Number {} is picked and placed as soon as it is done  ·  Esc cancels all", place + 1)
    } else if comparison.job.is_some() {
        format!("Variation {count} is being made  ·  click one or press its number to take it  ·  Esc cancels all")
    } else {
        format!("{count} takes side by side  ·  click one or press its number  ·  Esc leaves")
    };
    let galley = painter.layout_no_wrap(text, theme::regular(12.5), TEXT_SOFT.color());
    let place = Rect::from_center_size(pos2(free.center().x, free.top() + 24.0), galley.size() + vec2(28.0, 12.0));
    painter.rect(place, CornerRadius::same(13), PANEL.with_alpha(0.85), Stroke::new(1.0, EDGE), StrokeKind::Inside);
    painter.galley(place.center() - galley.size() / 2.0, galley, TEXT_SOFT.color());
}

/// The number to press and the seed.
fn label(painter: &Painter, place: usize, (entry, seed): (&ComparisonEntry, String), figure: Rect, stands_out: bool) {
    let seed = painter.layout_no_wrap(seed, theme::regular(12.0), TEXT.color());
    let chip = vec2(20.0, LABEL_HEIGHT - 6.0);
    let size = vec2(chip.x + seed.size().x + 19.0, LABEL_HEIGHT);
    let under: Pos2 = pos2(figure.center().x, figure.bottom() + BELOW_FEET + LABEL_HEIGHT / 2.0);
    let pill = Rect::from_center_size(under, size);
    let edge = if stands_out { ACCENT } else { EDGE };
    painter.rect(pill, CornerRadius::same(12), PANEL.with_alpha(0.9), Stroke::new(1.0, edge), StrokeKind::Inside);
    let chip = Rect::from_min_size(pill.min + vec2(3.0, 3.0), chip);
    let (fill, text) = if stands_out { (ACCENT, ON_ACCENT) } else { (RAISED, TEXT) };
    painter.rect_filled(chip, CornerRadius::same(9), fill);
    painter.text(chip.center(), Align2::CENTER_CENTER, place + 1, theme::medium(12.0), text.color());
    let at = pos2(chip.right() + 7.0, pill.center().y - seed.size().y / 2.0);
    painter.galley(at, seed, if entry.take.is_some() { TEXT.color() } else { TEXT_SOFT.color() });
}
