//! Icons as strokes and shapes, so that they are sharp at every size and need no font.

use super::theme::{ACCENT, ON_ACCENT, RAISED, RAISED_BRIGHT, TEXT, TEXT_FAINT, TEXT_SOFT, ThemeColor};
use bevy_egui::egui::{
    Color32, CornerRadius, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, WidgetType, pos2, vec2,
};

/// What can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Icon {
    Play,
    Pause,
    ToStart,
    ToEnd,
    StepBack,
    StepForward,
    Loop,
    Dice,
    Close,
    Follow,
    Person,
    Bones,
    Export,
    Help,
    Star,
    StarOutline,
    Again,
    Add,
    Split,
    Copy,
    Undo,
    Redo,
    Fit,
    Plus,
    Minus,
    InPoint,
    OutPoint,
    SideBySide,
    Eye,
    Palette,
    Logo,
}

/// How a button stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emphasis {
    /// Only its icon, until the pointer is on it.
    Quiet,
    /// Switched on.
    On,
    /// The one to press.
    Main,
}

/// A square button with an icon; `label` is its tooltip and what screen readers say.
pub fn icon_button(ui: &mut Ui, icon: Icon, label: &str, size: f32, emphasis: Emphasis) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(size, size), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, enabled, label));
    let hovered = response.hovered() || response.has_focus();
    let (fill, color) = match emphasis {
        _ if !enabled => (None, TEXT_FAINT),
        Emphasis::Main if hovered => (Some(super::theme::ACCENT_BRIGHT), ON_ACCENT),
        Emphasis::Main => (Some(ACCENT), ON_ACCENT),
        Emphasis::On => (Some(if hovered { RAISED_BRIGHT } else { RAISED }), ACCENT),
        Emphasis::Quiet if hovered => (Some(RAISED_BRIGHT), TEXT),
        Emphasis::Quiet => (None, TEXT_SOFT),
    };
    if ui.is_rect_visible(rect) {
        let radius = if emphasis == Emphasis::Main { size / 2.0 } else { 7.0 };
        ui.painter().rect_filled(rect, CornerRadius::same(radius as u8), fill.map_or(Color32::TRANSPARENT, ThemeColor::color));
        draw(ui.painter(), Rect::from_center_size(rect.center(), vec2(size, size) * 0.5), icon, color.color());
    }
    response.on_hover_text(label)
}

/// Draws an icon into a square.
pub fn draw(painter: &Painter, square: Rect, icon: Icon, color: Color32) {
    let at = |x: f32, y: f32| pos2(square.left() + x * square.width(), square.top() + y * square.height());
    let stroke = Stroke::new((square.width() * 0.11).max(1.3), color);
    let line = |points: &[(f32, f32)]| {
        painter.add(Shape::line(points.iter().map(|(x, y)| at(*x, *y)).collect(), stroke));
    };
    let solid = |points: &[(f32, f32)]| {
        let points: Vec<Pos2> = points.iter().map(|(x, y)| at(*x, *y)).collect();
        painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
    };
    let dot = |x: f32, y: f32, radius: f32| {
        painter.circle_filled(at(x, y), radius * square.width(), color);
    };
    let arc = |x: f32, y: f32, radius: f32, from: f32, to: f32| {
        let point = |i: usize| {
            let (sin, cos) = (from + (to - from) * i as f32 / 16.0).sin_cos();
            at(x + radius * cos, y + radius * sin)
        };
        painter.add(Shape::line((0..=16).map(point).collect(), stroke));
    };
    match icon {
        Icon::Play => solid(&[(0.24, 0.1), (0.92, 0.5), (0.24, 0.9)]),
        Icon::Pause => {
            solid(&[(0.2, 0.12), (0.4, 0.12), (0.4, 0.88), (0.2, 0.88)]);
            solid(&[(0.6, 0.12), (0.8, 0.12), (0.8, 0.88), (0.6, 0.88)]);
        }
        Icon::ToStart => {
            line(&[(0.16, 0.16), (0.16, 0.84)]);
            solid(&[(0.86, 0.14), (0.86, 0.86), (0.3, 0.5)]);
        }
        Icon::ToEnd => {
            line(&[(0.84, 0.16), (0.84, 0.84)]);
            solid(&[(0.14, 0.14), (0.7, 0.5), (0.14, 0.86)]);
        }
        Icon::StepBack => line(&[(0.66, 0.14), (0.3, 0.5), (0.66, 0.86)]),
        Icon::StepForward => line(&[(0.34, 0.14), (0.7, 0.5), (0.34, 0.86)]),
        Icon::Loop => {
            arc(0.5, 0.5, 0.38, -2.6, 0.35);
            arc(0.5, 0.5, 0.38, 0.55, 3.5);
            solid(&[(0.72, 0.58), (1.02, 0.58), (0.88, 0.8)]);
            solid(&[(-0.02, 0.42), (0.28, 0.42), (0.12, 0.2)]);
        }
        Icon::Dice => {
            painter.rect_stroke(Rect::from_min_max(at(0.06, 0.06), at(0.94, 0.94)), CornerRadius::same(3), stroke, StrokeKind::Inside);
            for (x, y) in [(0.33, 0.33), (0.67, 0.33), (0.5, 0.5), (0.33, 0.67), (0.67, 0.67)] {
                dot(x, y, 0.07);
            }
        }
        Icon::Close => {
            line(&[(0.2, 0.2), (0.8, 0.8)]);
            line(&[(0.8, 0.2), (0.2, 0.8)]);
        }
        Icon::Follow => {
            arc(0.5, 0.5, 0.32, 0.0, std::f32::consts::TAU);
            dot(0.5, 0.5, 0.1);
            for (x, y) in [(0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0)] {
                line(&[(0.5 + x * 0.32, 0.5 + y * 0.32), (0.5 + x * 0.52, 0.5 + y * 0.52)]);
            }
        }
        Icon::Person => {
            dot(0.5, 0.16, 0.14);
            line(&[(0.14, 0.4), (0.86, 0.4)]);
            line(&[(0.5, 0.36), (0.5, 0.64)]);
            line(&[(0.28, 1.0), (0.5, 0.62), (0.72, 1.0)]);
        }
        Icon::Bones => {
            line(&[(0.24, 0.76), (0.76, 0.24)]);
            for (x, y) in [(0.12, 0.74), (0.26, 0.88), (0.74, 0.12), (0.88, 0.26)] {
                dot(x, y, 0.14);
            }
        }
        Icon::Export => {
            line(&[(0.5, 0.64), (0.5, 0.06)]);
            line(&[(0.28, 0.28), (0.5, 0.06), (0.72, 0.28)]);
            line(&[(0.1, 0.6), (0.1, 0.94), (0.9, 0.94), (0.9, 0.6)]);
        }
        Icon::Help => {
            arc(0.5, 0.3, 0.22, -3.0, 1.2);
            line(&[(0.57, 0.51), (0.5, 0.6), (0.5, 0.7)]);
            dot(0.5, 0.9, 0.075);
        }
        Icon::Star | Icon::StarOutline => {
            let corner = |i: usize| {
                let (sin, cos) = (i as f32 * std::f32::consts::PI / 5.0).sin_cos();
                let radius = if i.is_multiple_of(2) { 0.52 } else { 0.22 };
                (0.5 + radius * sin, 0.53 - radius * cos)
            };
            if icon == Icon::Star {
                solid(&[1, 3, 5, 7, 9].map(corner));
                for tip in [0, 2, 4, 6, 8] {
                    solid(&[corner(tip + 9), corner(tip), corner(tip + 1)]);
                }
            }
            line(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(corner));
        }
        Icon::Again => {
            arc(0.5, 0.5, 0.38, -0.6, 4.6);
            solid(&[(0.66, 0.3), (0.98, 0.36), (0.9, 0.04)]);
        }
        Icon::Add => {
            line(&[(0.5, 0.04), (0.5, 0.56)]);
            line(&[(0.3, 0.38), (0.5, 0.58), (0.7, 0.38)]);
            line(&[(0.08, 0.62), (0.08, 0.94), (0.92, 0.94), (0.92, 0.62)]);
        }
        Icon::Split => {
            line(&[(0.5, 0.0), (0.5, 1.0)]);
            line(&[(0.36, 0.24), (0.06, 0.24), (0.06, 0.76), (0.36, 0.76)]);
            line(&[(0.64, 0.24), (0.94, 0.24), (0.94, 0.76), (0.64, 0.76)]);
        }
        Icon::Copy => {
            line(&[(0.3, 0.3), (0.96, 0.3), (0.96, 0.96), (0.3, 0.96), (0.3, 0.3)]);
            line(&[(0.14, 0.7), (0.04, 0.7), (0.04, 0.04), (0.7, 0.04), (0.7, 0.14)]);
        }
        Icon::Undo => {
            line(&[(0.3, 0.1), (0.06, 0.34), (0.3, 0.58)]);
            line(&[(0.06, 0.34), (0.62, 0.34)]);
            arc(0.62, 0.62, 0.28, -1.57, 1.57);
            line(&[(0.62, 0.9), (0.3, 0.9)]);
        }
        Icon::Redo => {
            line(&[(0.7, 0.1), (0.94, 0.34), (0.7, 0.58)]);
            line(&[(0.94, 0.34), (0.38, 0.34)]);
            arc(0.38, 0.62, 0.28, -1.57, -4.71);
            line(&[(0.38, 0.9), (0.7, 0.9)]);
        }
        Icon::Fit => {
            line(&[(0.04, 0.1), (0.04, 0.9)]);
            line(&[(0.96, 0.1), (0.96, 0.9)]);
            line(&[(0.2, 0.5), (0.8, 0.5)]);
            line(&[(0.36, 0.32), (0.18, 0.5), (0.36, 0.68)]);
            line(&[(0.64, 0.32), (0.82, 0.5), (0.64, 0.68)]);
        }
        Icon::Plus => {
            line(&[(0.5, 0.12), (0.5, 0.88)]);
            line(&[(0.12, 0.5), (0.88, 0.5)]);
        }
        Icon::Minus => line(&[(0.12, 0.5), (0.88, 0.5)]),
        Icon::InPoint => line(&[(0.66, 0.06), (0.34, 0.06), (0.34, 0.94), (0.66, 0.94)]),
        Icon::OutPoint => line(&[(0.34, 0.06), (0.66, 0.06), (0.66, 0.94), (0.34, 0.94)]),
        Icon::SideBySide => {
            for x in [0.16, 0.5, 0.84] {
                dot(x, 0.26, 0.12);
                line(&[(x, 0.46), (x, 0.92)]);
            }
        }
        Icon::Eye => {
            arc(0.5, 0.92, 0.62, -2.36, -0.78);
            arc(0.5, 0.08, 0.62, 0.78, 2.36);
            dot(0.5, 0.5, 0.15);
        }
        Icon::Palette => {
            arc(0.5, 0.5, 0.44, 0.9, 6.0);
            arc(0.72, 0.72, 0.16, 2.6, 5.6);
            for (x, y) in [(0.28, 0.5), (0.4, 0.27), (0.66, 0.29)] {
                dot(x, y, 0.085);
            }
        }
        Icon::Logo => {
            // A drum with slits, seen from the side: what a zoetrope is.
            arc(0.5, 0.5, 0.46, 0.0, std::f32::consts::TAU);
            for (x, half) in [(0.26, 0.2), (0.42, 0.27), (0.58, 0.27), (0.74, 0.2)] {
                line(&[(x, 0.5 - half), (x, 0.5 + half)]);
            }
        }
    }
}
