//! The path of the next take on the stage: points to drag, and a line drawn by hand. The ribbon itself lies on the stage's floor.

use super::panel_view::{PanelView, share_of};
use crate::app::theme::{self, ACCENT, ON_ACCENT, PANEL, TEXT, TROUBLE};
use crate::author::Action;
use crate::author::session::ConstraintAction;
use crate::motion::FPS;
use crate::timeline::PathPoint;
use bevy_egui::egui::{
    Align2, CursorIcon, Id, PointerButton, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, WidgetInfo, WidgetType, vec2,
};
use glam::{Vec2, Vec3};

/// A point, and one that stands out; points.
const RADIUS: f32 = 6.0;
const REACH: f32 = 11.0;
/// A line drawn by hand has a place every so many metres at most.
const STEP_M: f32 = 0.03;
/// How fast somebody walks, m/s.
const WALKING_M_PER_SEC: f32 = 1.2;
/// A drag along the time of a point, seconds a point.
const SECS_PER_POINT: f32 = 0.02;

/// Between the window and the floor of the next take.
struct Floor<'a> {
    view: &'a PanelView<'a>,
    window: Rect,
    scale: f32,
}

impl Floor<'_> {
    /// Where a place of the floor is in the window.
    fn point(&self, place_m: Vec2) -> Option<Pos2> {
        self.view.point_of(Vec3::new(place_m.x, 0.0, place_m.y) * self.scale, self.window)
    }

    /// The place of the floor under a point of the window.
    fn place_m(&self, point: Pos2) -> Option<Vec2> {
        self.view.projection.floor_m(share_of(point, self.window)).map(|place| place / self.scale)
    }
}

pub(super) fn draw_path(ui: &Ui, view: &PanelView<'_>, stage: &Response) -> Vec<Action> {
    let floor = Floor { view, window: ui.max_rect(), scale: view.session.scene().scale() };
    let mut actions = by_hand(ui, &floor, stage);
    let path = &view.session.timeline().constraints().path;
    for (number, pair) in path.windows(2).enumerate() {
        let between = pair.iter().map(|point| Vec2::new(point.x, point.z)).sum::<Vec2>() / 2.0;
        actions.extend(between_points(ui, &floor, number + 1, between));
    }
    for number in 0..path.len() {
        actions.extend(point(ui, &floor, number));
    }
    misses(ui, &floor);
    actions.into_iter().map(Action::Constraints).collect()
}

/// A click puts a point behind the last one, a drag draws a new line.
fn by_hand(ui: &Ui, floor: &Floor<'_>, stage: &Response) -> Vec<ConstraintAction> {
    let id = Id::new("drawn path");
    let count = floor.view.session.timeline().constraints().path.len();
    if stage.hovered() || stage.dragged_by(PointerButton::Primary) {
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    }
    if stage.clicked()
        && let Some(at) = stage.interact_pointer_pos().and_then(|point| floor.place_m(point))
    {
        return vec![ConstraintAction::AddPoint { before: count, at: at.to_array() }];
    }
    if stage.drag_started_by(PointerButton::Primary) {
        // It begins where the button went down.
        let from = ui.input(|input| input.pointer.press_origin()).and_then(|point| floor.place_m(point));
        ui.data_mut(|data| data.insert_temp(id, Vec::from_iter(from)));
    }
    let ends = stage.drag_stopped_by(PointerButton::Primary);
    if (ends || stage.dragged_by(PointerButton::Primary))
        && let Some(at) = stage.interact_pointer_pos().and_then(|point| floor.place_m(point))
    {
        let line = ui.data_mut(|data| {
            let line = data.get_temp_mut_or_default::<Vec<Vec2>>(id);
            if line.last().is_none_or(|last| last.distance(at) > STEP_M) {
                line.push(at);
            }
            line.clone()
        });
        let points: Vec<Pos2> = line.iter().filter_map(|place| floor.point(*place)).collect();
        ui.painter().add(Shape::line(points, Stroke::new(3.0, ACCENT)));
    }
    if ends {
        let line = ui.data_mut(|data| data.remove_temp::<Vec<Vec2>>(id)).unwrap_or_default();
        if line.len() > 1 {
            return vec![ConstraintAction::DrawPath(line.iter().map(|place| place.to_array()).collect())];
        }
    }
    Vec::new()
}

/// A click between two points puts one there.
fn between_points(ui: &Ui, floor: &Floor<'_>, before: usize, at: Vec2) -> Option<ConstraintAction> {
    let middle = floor.point(at)?;
    let response = ui.interact(Rect::from_center_size(middle, vec2(REACH, REACH) * 1.6), Id::new(("path between", before)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("A point before point {}", before + 1)));
    let alpha = if response.hovered() { 0.9 } else { 0.35 };
    ui.painter().circle(middle, RADIUS * 0.6, PANEL.with_alpha(alpha), Stroke::new(1.5, TEXT.with_alpha(alpha)));
    response.on_hover_text("Put a point here").clicked().then(|| ConstraintAction::AddPoint { before, at: at.to_array() })
}

/// A point of the path: it is dragged, taken away by a click of the right button, and has a time that is dragged as well.
fn point(ui: &Ui, floor: &Floor<'_>, number: usize) -> Vec<ConstraintAction> {
    let mut actions = Vec::new();
    let path = &floor.view.session.timeline().constraints().path;
    let point = path[number];
    let Some(middle) = floor.point(Vec2::new(point.x, point.z)) else { return actions };
    let response =
        ui.interact(Rect::from_center_size(middle, vec2(REACH, REACH) * 2.0), Id::new(("path point", number)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Point {} of the path", number + 1)));
    let stands_out = response.hovered() || response.dragged();
    let radius = if stands_out { RADIUS + 1.5 } else { RADIUS };
    ui.painter().circle(middle, radius, if stands_out { ACCENT } else { TEXT }, Stroke::new(2.0, PANEL));
    if (response.dragged() || response.drag_stopped())
        && let Some(to) = response.interact_pointer_pos().and_then(|pointer| floor.place_m(pointer))
    {
        actions.push(ConstraintAction::DragPoint { point: number, to: to.to_array() });
    }
    if response.drag_stopped() {
        actions.push(ConstraintAction::ReleasePoint);
    }
    if response.secondary_clicked() {
        actions.push(ConstraintAction::RemovePoint(number));
    }
    response.on_hover_text("Drag it; a click of the right button takes it away");
    if number > 0 {
        actions.extend(time(ui, middle + vec2(0.0, -20.0), number, point.t, walking_secs(floor, number)));
    }
    actions
}

/// When somebody who walks from the last point with a time would be at a point.
fn walking_secs(floor: &Floor<'_>, number: usize) -> f32 {
    let path = &floor.view.session.timeline().constraints().path;
    let (from, secs) = path[..number].iter().enumerate().rev().find_map(|(at, point)| Some((at, point.t?))).unwrap_or((0, 0.0));
    secs + PathPoint::way_m(&path[from..=number]) / WALKING_M_PER_SEC
}

/// When the body is at a point: a click gives it a time, or takes it away; a drag changes it.
fn time(ui: &Ui, middle: Pos2, number: usize, secs: Option<f32>, usual_secs: f32) -> Option<ConstraintAction> {
    let text = secs.map_or_else(|| "auto".to_owned(), |secs| format!("{secs:.1} s"));
    let galley = ui.painter().layout_no_wrap(text, theme::medium(11.0), TEXT.color());
    let place = Rect::from_center_size(middle, galley.size() + vec2(12.0, 5.0));
    let response = ui.interact(place, Id::new(("path time", number)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Slider, true, format!("Time of point {} of the path", number + 1)));
    let (fill, color) =
        if response.hovered() || response.dragged() { (ACCENT.color(), ON_ACCENT.color()) } else { (PANEL.with_alpha(0.85), TEXT.color()) };
    ui.painter().rect_filled(place, 8.0, fill);
    ui.painter().galley_with_override_text_color(place.center() - galley.size() / 2.0, galley, color);
    let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
    if response.dragged() && response.drag_delta().x != 0.0 {
        let secs = secs.unwrap_or(usual_secs) + SECS_PER_POINT * response.drag_delta().x;
        return Some(ConstraintAction::PointTime { point: number, secs: Some((secs * FPS).round().max(1.0) / FPS) });
    }
    let clicked = response.clicked();
    response.on_hover_text("When the body is here: click for a time or none, drag to change it");
    clicked.then(|| ConstraintAction::PointTime {
        point: number,
        secs: if secs.is_none() { Some((usual_secs * 10.0).round() / 10.0) } else { None },
    })
}

/// What the latest take could not do, where it could not.
fn misses(ui: &Ui, floor: &Floor<'_>) {
    for (number, miss) in floor.view.session.generation().misses().iter().enumerate() {
        let Some(middle) = floor.point(miss.at_m.into()) else { continue };
        let place = Rect::from_center_size(middle, vec2(18.0, 18.0));
        let response = ui.interact(place, Id::new(("miss", number)), Sense::hover());
        ui.painter().circle_filled(middle, 9.0, TROUBLE);
        ui.painter().text(middle, Align2::CENTER_CENTER, "!", theme::medium(13.0), PANEL.color());
        response.on_hover_text(&miss.text);
    }
}
