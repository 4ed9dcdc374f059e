//! The ruler above the clips and the curves under them.

use super::Scale;
use crate::app::session::Curves;
use crate::app::theme::{self, ACCENT, DONE, EDGE, TEXT_FAINT, TEXT_SOFT};
use crate::motion::FPS;
use bevy_egui::egui::{Align2, Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

/// Marks are at least so far from each other, points.
const MARKS_APART: f32 = 62.0;
/// Steps between marks, seconds.
const STEPS_SECS: [f32; 10] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 300.0];
/// Points between two points of a curve.
const CURVE_STEP: f32 = 2.0;
/// Height of one foot's row of contacts.
const CONTACT_HEIGHT: f32 = 4.0;

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
        painter.text(pos2(x + 4.0, place.top() + 1.0), Align2::LEFT_TOP, text, theme::regular(10.5), TEXT_FAINT);
        for part in 1..5 {
            let x = scale.x_of((secs + step * part as f32 / 5.0) * FPS);
            painter.vline(x, place.bottom() - 3.0..=place.bottom() - 1.0, Stroke::new(1.0, EDGE));
        }
    }
}

/// Height and speed as lines, contacts of both feet as bars.
pub(super) fn curves(painter: &Painter, curves: &Curves, place: Rect, scale: &Scale) {
    let feet_top = place.bottom() - 2.0 * CONTACT_HEIGHT - 5.0;
    let area = Rect::from_min_max(place.min + vec2(0.0, 4.0), pos2(place.right(), feet_top - 3.0));
    // Even a slow walk is not to look like a sprint.
    let [most_height_m, most_speed] = [curves.most[0].max(1.2), curves.most[1].max(2.0)];
    line(painter, &curves.speed_m_per_sec, most_speed, area, scale, ACCENT.gamma_multiply(0.75));
    line(painter, &curves.height_m, most_height_m, area, scale, TEXT_SOFT);
    for foot in 0..2 {
        let top = feet_top + foot as f32 * (CONTACT_HEIGHT + 1.5);
        let color = if foot == 0 { DONE } else { DONE.gamma_multiply(0.6) };
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
