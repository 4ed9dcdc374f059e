//! The ruler above the clips, and under them the curves and the contacts of the feet, which can be edited.

use super::scale::Scale;
use crate::app::theme::{self, ACCENT, DONE, EDGE, TEXT_FAINT, TEXT_SOFT, TROUBLE};
use crate::author::Action;
use crate::author::session::ClipAction;
use crate::author::session::{Curves, Session};
use crate::motion::FPS;
use crate::motion::cleanup::ContactEdit;
use crate::motion::feet::{CONTACT_FRAMES, runs};
use bevy_egui::egui::{
    Align2, Color32, CursorIcon, Id, Painter, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, WidgetType, pos2, vec2,
};
use std::ops::Range;

/// Marks are at least so far from each other, points.
const MARKS_APART: f32 = 62.0;
/// Steps between marks, seconds.
const STEPS_SECS: [f32; 10] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 300.0];
/// Points between two points of a curve.
const CURVE_STEP: f32 = 2.0;
/// Between two lines that say that a contact is not met, points.
const HATCH_STEP: f32 = 5.0;
/// Height of one foot's row of contacts.
const CONTACT_HEIGHT: f32 = 6.0;

pub(super) fn ruler(painter: &Painter, place: Rect, scale: &Scale) {
    let wide_enough = |step: &&f32| **step * scale.points_per_sec >= MARKS_APART;
    let step = STEPS_SECS.iter().find(wide_enough).copied().unwrap_or(600.0);
    let first = (scale.from_secs / step).floor() as usize;
    let count = (place.width() / (step * scale.points_per_sec)) as usize + 2;
    for mark in first..first + count {
        let secs = mark as f32 * step;
        let x = scale.x_of(secs * FPS);
        painter.vline(x, place.bottom() - 6.0..=place.bottom() - 1.0, Stroke::new(1.0, TEXT_FAINT));
        let text = if step < 1.0 { format!("{secs:.1} s") } else { format!("{secs:.0} s") };
        painter.text(pos2(x + 4.0, place.top() + 1.0), Align2::LEFT_TOP, text, theme::regular(10.5), TEXT_FAINT.color());
        for part in 1..5 {
            let x = scale.x_of((secs + step * part as f32 / 5.0) * FPS);
            painter.vline(x, place.bottom() - 3.0..=place.bottom() - 1.0, Stroke::new(1.0, EDGE));
        }
    }
}

/// Where the contacts of a foot are drawn.
pub(super) fn foot_row(place: Rect, foot: usize) -> Rect {
    let top = place.bottom() - 4.0 - (2 - foot) as f32 * (CONTACT_HEIGHT + 1.5);
    Rect::from_min_size(pos2(place.left(), top), vec2(place.width(), CONTACT_HEIGHT))
}

/// Contacts are drawn with the pointer: from one that is there it takes away, elsewhere it adds.
pub(super) fn edit_contacts(ui: &Ui, session: &Session, place: Rect, scale: &Scale) -> Option<Action> {
    let mut done = None;
    for foot in 0..2 {
        let row = foot_row(place, foot);
        let name = ["Contacts of the left foot", "Contacts of the right foot"][foot];
        let response = ui.interact(row, Id::new(name), Sense::drag());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Slider, true, name));
        let pointer = ui.input(|input| input.pointer.press_origin().zip(input.pointer.latest_pos()));
        if let Some((from, to)) = pointer
            && (response.dragged() || response.drag_stopped())
        {
            let touched = session.timeline().curves().contacts.get((scale.secs_at(from.x) * FPS) as usize).is_some_and(|feet| feet[foot]);
            let color = if touched { TROUBLE } else { ACCENT };
            let drawn = Rect::from_x_y_ranges(from.x.min(to.x)..=from.x.max(to.x), row.y_range());
            ui.painter().rect_filled(drawn.intersect(row), 1.5, color);
            if response.drag_stopped() {
                done = Some(Action::Clips(ClipAction::SetContact {
                    foot,
                    from: scale.secs_at(from.x),
                    to: scale.secs_at(to.x),
                    touches: !touched,
                }));
            }
        }
        let pointed = ui.input(|input| input.pointer.hover_pos()).map(|at| (scale.secs_at(at.x) * FPS) as usize);
        let hint = if pointed.is_some_and(|frame| unmet(session).any(|(of, frames)| of == foot && frames.contains(&frame))) {
            "The foot is to stand here, but the leg does not reach the floor, or the foot lock is too weak".to_owned()
        } else {
            format!("{name}: drag over it to say that the foot stands, or does not")
        };
        response.on_hover_cursor(CursorIcon::Crosshair).on_hover_text(hint);
    }
    done
}

/// What was said of feet by hand, in frames of the timeline.
fn said(session: &Session) -> impl Iterator<Item = ContactEdit> {
    let starts = session.timeline().clips().iter().scan(0, |end, clip| Some(std::mem::replace(end, *end + clip.frames())));
    let moved = |start: usize| move |edit: ContactEdit| ContactEdit { frames: start + edit.frames.start..start + edit.frames.end, ..edit };
    session.timeline().clips().iter().zip(starts).flat_map(move |(clip, start)| clip.contacts_in_frames().into_iter().map(moved(start)))
}

/// Where a foot was said to stand and does not: foot and frames.
fn unmet(session: &Session) -> impl Iterator<Item = (usize, Range<usize>)> {
    let stands = |frame: usize, foot: usize| session.timeline().curves().contacts.get(frame).is_some_and(|feet| feet[foot]);
    said(session).filter(|edit| edit.touches).flat_map(move |edit| {
        let (first, foot) = (edit.frames.start, edit.foot);
        let runs = runs(edit.frames.len(), |frame| !stands(first + frame, foot)).into_iter();
        // Less is no contact, wherever the foot is.
        runs.filter(|run| run.len() >= CONTACT_FRAMES).map(move |run| (foot, first + run.start..first + run.end))
    })
}

/// What was said of feet by hand, as a frame around it; hatched where a foot was to stand and does not.
pub(super) fn edited_contacts(painter: &Painter, session: &Session, place: Rect, scale: &Scale) {
    let span = |foot: usize, frames: &Range<usize>| {
        let [left, right] = [frames.start, frames.end].map(|frame| scale.x_of(frame as f32));
        Some(Rect::from_x_y_ranges(left..=right, foot_row(place, foot).y_range()).intersect(place)).filter(|span| span.is_positive())
    };
    for edit in said(session) {
        if let Some(span) = span(edit.foot, &edit.frames) {
            let color = if edit.touches { ACCENT } else { TROUBLE };
            painter.rect_stroke(span, 1.5, Stroke::new(1.0, color), StrokeKind::Outside);
        }
    }
    for span in unmet(session).filter_map(|(foot, frames)| span(foot, &frames)) {
        let lines = (span.width() / HATCH_STEP) as usize;
        for x in (0..=lines).map(|line| span.left() + line as f32 * HATCH_STEP) {
            let top = (x + span.height()).min(span.right());
            painter.line_segment([pos2(x, span.bottom()), pos2(top, span.bottom() - (top - x))], Stroke::new(1.2, TROUBLE));
        }
    }
}

/// Height and speed as lines, contacts of both feet as bars.
pub(super) fn curves(painter: &Painter, curves: &Curves, place: Rect, scale: &Scale) {
    let feet_top = foot_row(place, 0).top();
    let area = Rect::from_min_max(place.min + vec2(0.0, 4.0), pos2(place.right(), feet_top - 3.0));
    // Even a slow walk is not to look like a sprint.
    let [most_height_m, most_speed] = [curves.most[0].max(1.2), curves.most[1].max(2.0)];
    line(painter, &curves.speed_m_per_sec, most_speed, area, scale, ACCENT.with_alpha(0.75));
    line(painter, &curves.height_m, most_height_m, area, scale, TEXT_SOFT.color());
    for foot in 0..2 {
        let top = foot_row(place, foot).top();
        let color = if foot == 0 { DONE.color() } else { DONE.with_alpha(0.6) };
        contacts(painter, &curves.contacts, foot, place, top, scale, color);
    }
}

fn line(painter: &Painter, values: &[f32], most: f32, area: Rect, scale: &Scale, color: Color32) {
    let end = scale.x_of(values.len() as f32).min(area.right());
    let steps = ((end - area.left()) / CURVE_STEP).max(0.0) as usize;
    let point = |step: usize| -> Option<Pos2> {
        let x = area.left() + step as f32 * CURVE_STEP;
        let value = values.get((scale.secs_at(x) * FPS) as usize)?;
        Some(pos2(x, area.bottom() - area.height() * (value / most).clamp(0.0, 1.0)))
    };
    let points: Vec<Pos2> = (0..=steps).filter_map(point).collect();
    if points.len() > 1 {
        painter.add(Shape::line(points, Stroke::new(1.3, color)));
    }
}

fn contacts(painter: &Painter, contacts: &[[bool; 2]], foot: usize, place: Rect, top: f32, scale: &Scale, color: Color32) {
    let first = (scale.from_secs * FPS) as usize;
    let last = ((scale.secs_at(place.right()) * FPS) as usize + 1).min(contacts.len());
    let mut start = None;
    for frame in first..=last {
        let touches = frame < last && contacts.get(frame).is_some_and(|feet| feet[foot]);
        match (touches, start) {
            (true, None) => start = Some(frame),
            (false, Some(from)) => {
                let [left, right] = [from, frame].map(|frame| scale.x_of(frame as f32).clamp(place.left(), place.right()));
                painter.rect_filled(Rect::from_min_max(pos2(left, top), pos2(right, top + CONTACT_HEIGHT)), 1.5, color);
                start = None;
            }
            _ => {}
        }
    }
}
