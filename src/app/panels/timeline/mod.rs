//! The timeline: a ruler, the clips, and curves under them; what is dragged there, and what is in sight.

mod clips;
mod lanes;
mod scale;

use crate::app::panels::panel_view::PanelView;
use crate::app::theme::{ACCENT, EDGE, SHADE, SUNKEN};
use crate::author::Action;
use crate::author::session::{PlayerAction, SelectionAction, TimelineAction};
use crate::author::session::{Session, ViewMode};
use crate::motion::FPS;
use bevy_egui::egui::{CornerRadius, Id, Pos2, Rect, Sense, Shape, Stroke, Ui, WidgetInfo, WidgetType, pos2, vec2};
use scale::Scale;

const RULER_HEIGHT: f32 = 18.0;
/// Of what is left under the ruler, the clips take this share.
const CLIPS_SHARE: f32 = 0.6;
/// Points of scrolling for a factor of e.
const SCROLL_POINTS_PER_E: f32 = 240.0;

/// The parts of the timeline, from top to bottom.
#[derive(Clone, Copy, Debug)]
struct Parts {
    ruler: Rect,
    clips: Rect,
    lanes: Rect,
}

pub(super) fn timeline(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let session = view.session;
    let place = ui.available_rect_before_wrap();
    let (from_secs, span_secs) = session.timeline().visible();
    let scale = Scale { left: place.left(), from_secs, points_per_sec: place.width() / span_secs };
    let under = place.height() - RULER_HEIGHT - 4.0;
    let clips_bottom = place.top() + RULER_HEIGHT + under * CLIPS_SHARE;
    let parts = Parts {
        ruler: Rect::from_min_size(place.min, vec2(place.width(), RULER_HEIGHT)),
        clips: Rect::from_min_max(pos2(place.left(), place.top() + RULER_HEIGHT), pos2(place.right(), clips_bottom)),
        lanes: Rect::from_min_max(pos2(place.left(), clips_bottom + 4.0), place.max),
    };
    ui.set_clip_rect(place.expand(1.0).intersect(ui.clip_rect()));
    let mut actions = background(ui, session, place, &parts, &scale);
    ui.painter().rect_filled(parts.clips, CornerRadius::same(6), SUNKEN);
    ui.painter().rect_filled(parts.lanes, CornerRadius::same(6), SUNKEN);
    lanes::ruler(ui.painter(), parts.ruler, &scale);
    lanes::curves(ui.painter(), session.timeline().curves(), parts.lanes, &scale);
    lanes::edited_contacts(ui.painter(), session, parts.lanes, &scale);
    actions.extend(lanes::edit_contacts(ui, session, parts.lanes, &scale));
    actions.extend(clips::clips(ui, session, parts.clips, &scale));
    shade_outside_range(ui, session, &parts, &scale);
    if matches!(session.view().mode(), ViewMode::Timeline) {
        play_head(ui, session, place, &scale);
        let at_secs = session.view().player().at_secs();
        if session.view().player().is_playing() && !(from_secs..=from_secs + span_secs).contains(&at_secs) {
            actions.push(Action::Timeline(TimelineAction::ScrollTimeline(at_secs - 0.1 * span_secs)));
        }
    }
    actions
}

/// The ruler moves the play head; a click beside the clips selects none; the wheel moves and zooms.
fn background(ui: &Ui, session: &Session, place: Rect, parts: &Parts, scale: &Scale) -> Vec<Action> {
    let mut actions = Vec::new();
    let ground = ui.interact(place, Id::new("timeline"), Sense::click());
    if ground.clicked() {
        actions.push(Action::Selection(SelectionAction::SelectNone));
    }
    // Ruler and curves, so that there is enough to take hold of.
    for (name, part) in [("Timeline ruler", parts.ruler), ("Timeline curves", parts.lanes)] {
        let response = ui.interact(part, Id::new(name), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Slider, true, name));
        if let Some(pointer) = response.interact_pointer_pos()
            && (response.dragged() || response.clicked())
        {
            if !matches!(session.view().mode(), ViewMode::Timeline) {
                actions.push(Action::Timeline(TimelineAction::ShowTimeline));
            }
            actions.push(Action::Player(PlayerAction::Scrub(scale.secs_at(pointer.x))));
        }
        if response.drag_stopped() || response.clicked() {
            actions.push(Action::Player(PlayerAction::EndScrub));
        }
    }
    if ui.rect_contains_pointer(place) {
        let (scroll, zoom, pointer) = ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta(), input.pointer.hover_pos()));
        let around = pointer.map_or(0.0, |pointer| scale.secs_at(pointer.x));
        if zoom != 1.0 {
            actions.push(Action::Timeline(TimelineAction::ZoomTimeline { factor: 1.0 / zoom, around }));
        } else if scroll.x + scroll.y != 0.0 {
            let alt = ui.input(|input| input.modifiers.alt);
            actions.push(if alt {
                Action::Timeline(TimelineAction::ZoomTimeline { factor: (-scroll.y / SCROLL_POINTS_PER_E).exp(), around })
            } else {
                Action::Timeline(TimelineAction::ScrollTimeline(scale.from_secs - (scroll.x + scroll.y) / scale.points_per_sec))
            });
        }
    }
    actions
}

fn shade_outside_range(ui: &Ui, session: &Session, parts: &Parts, scale: &Scale) {
    let Some(range) = session.timeline().range() else { return };
    let (from, to) = (scale.x_of(range.start as f32), scale.x_of(range.end as f32));
    let all = Rect::from_min_max(parts.clips.min, parts.lanes.max);
    let shade = SHADE.with_alpha(0.47);
    let painter = ui.painter();
    painter.rect_filled(Rect::from_min_max(all.min, pos2(from.max(all.left()), all.bottom())), 0.0, shade);
    painter.rect_filled(Rect::from_min_max(pos2(to.min(all.right()), all.top()), all.max), 0.0, shade);
    let bar = Rect::from_min_max(pos2(from, parts.ruler.bottom() - 4.0), pos2(to, parts.ruler.bottom() - 1.0));
    painter.rect_filled(bar, CornerRadius::same(1), ACCENT.with_alpha(0.8));
    for x in [from, to] {
        painter.vline(x, parts.ruler.bottom() - 8.0..=all.bottom(), Stroke::new(1.0, ACCENT.with_alpha(0.6)));
    }
}

fn play_head(ui: &Ui, session: &Session, place: Rect, scale: &Scale) {
    let x = scale.x_of(session.view().player().at_secs() * FPS);
    if !place.x_range().contains(x) {
        return;
    }
    let painter = ui.painter();
    painter.vline(x, place.top() + 10.0..=place.bottom(), Stroke::new(1.5, ACCENT));
    let corners: [Pos2; 5] = [(-5.0, 2.0), (5.0, 2.0), (5.0, 9.0), (0.0, 15.0), (-5.0, 9.0)].map(|(dx, dy)| pos2(x + dx, place.top() + dy));
    painter.add(Shape::convex_polygon(corners.to_vec(), ACCENT, Stroke::new(1.0, EDGE)));
}
