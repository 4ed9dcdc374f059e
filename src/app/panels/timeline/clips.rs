//! The clips as blocks: words, small figures, and handles for trim, blend and order.

use super::scale::Scale;
use crate::app::panels::parts::faint;
use crate::app::theme::{self, ACCENT, EDGE, MARK, PANEL, SHADE, TEXT, ThemeColor};
use crate::author::Action;
use crate::author::session::{ClipAction, PlayerAction, PoseAction, SelectionAction};
use crate::author::session::{Session, StickFigure};
use crate::motion::{FPS, PARENTS};
use crate::timeline::{Clip, ClipSettings, MOST_BLEND_FRAMES};
use bevy_egui::egui::text::{LayoutJob, TextWrapping};
use bevy_egui::egui::{
    Align2, Color32, CornerRadius, CursorIcon, Id, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo,
    WidgetType, pos2, vec2,
};

/// How near an end snaps, points.
const SNAP: f32 = 6.0;
/// How wide an end is to take hold of, points.
const END_WIDTH: f32 = 8.0;
const TITLE_HEIGHT: f32 = 17.0;
/// A pose's diamond, and how far above the clip's lower edge it is; points.
const KEY_SIZE: f32 = 5.0;
const KEY_ABOVE: f32 = 8.0;
/// From one figure to the next, points.
const FIGURES_APART: f32 = 46.0;
/// How tall a person's figure is at most with arms up, metres.
const FIGURE_HEIGHT_M: f32 = 2.1;

/// A take's colour.
pub(in crate::app::panels) fn color_of(clip: &Clip) -> ThemeColor {
    theme::TAKES[clip.take.0 as usize % theme::TAKES.len()]
}

/// What a hand that trims took hold of: the clip's stretch then, and where the play head was.
#[derive(Clone, Copy)]
struct Hold {
    from: usize,
    to: usize,
    blend_frames: usize,
    play_head: f32,
}

pub(super) fn clips(ui: &Ui, session: &Session, place: Rect, scale: &Scale) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut start = 0;
    let lane = place.shrink2(vec2(0.0, 2.0));
    for (number, clip) in session.timeline().clips().iter().enumerate() {
        let frames = clip.frames();
        let block = Rect::from_x_y_ranges(scale.x_of(start as f32)..=scale.x_of((start + frames) as f32), lane.y_range());
        // Only what is in sight.
        if block.right() >= place.left() && block.left() <= place.right() {
            let one = Block { session, clip, number, start, rect: block.shrink2(vec2(0.75, 0.0)), place, scale };
            one.paint(ui);
            actions.extend(one.handle(ui));
            actions.extend(one.keys(ui));
        }
        start += frames;
    }
    actions
}

/// A clip in sight.
struct Block<'a> {
    session: &'a Session,
    clip: &'a Clip,
    number: usize,
    start: usize,
    rect: Rect,
    place: Rect,
    scale: &'a Scale,
}

impl Block<'_> {
    fn paint(&self, ui: &Ui) {
        let selected = self.session.timeline().is_selected(self.clip.id);
        let hovered = ui.rect_contains_pointer(self.rect);
        let color = color_of(self.clip);
        let seen = self.rect.intersect(self.place);
        let painter = ui.painter().with_clip_rect(seen.expand(1.0).intersect(ui.clip_rect()));
        let fill = color.with_alpha(if selected {
            1.0
        } else if hovered {
            0.85
        } else {
            0.7
        });
        painter.rect_filled(self.rect, CornerRadius::same(6), fill);
        let title = Rect::from_min_size(self.rect.min, vec2(self.rect.width(), TITLE_HEIGHT));
        painter.rect_filled(title, CornerRadius { nw: 6, ne: 6, sw: 0, se: 0 }, SHADE.with_alpha(0.2));
        self.figures(&painter);
        self.loops(&painter);
        self.wedge(&painter);
        self.words(&painter, seen);
        let edge = if selected { Stroke::new(1.6, ACCENT) } else { Stroke::new(1.0, EDGE) };
        painter.rect_stroke(self.rect, CornerRadius::same(6), edge, StrokeKind::Inside);
        if hovered && self.rect.width() > 3.0 * END_WIDTH {
            for x in [self.rect.left() + 3.5, self.rect.right() - 3.5] {
                painter.vline(x, self.rect.center().y - 8.0..=self.rect.center().y + 8.0, Stroke::new(2.0, TEXT.with_alpha(0.7)));
            }
        }
    }

    /// The prompt, as much as fits, at the left of what is in sight.
    fn words(&self, painter: &Painter, seen: Rect) {
        let width = seen.width() - 14.0;
        if width < 16.0 {
            return;
        }
        let Some(take) = self.session.timeline().document().takes().get(&self.clip.take) else { return };
        let mut job = LayoutJob::simple_singleline(take.provenance.title().into_owned(), theme::regular(11.5), TEXT.color());
        job.wrap = TextWrapping { max_width: width, max_rows: 1, break_anywhere: true, ..TextWrapping::default() };
        let galley = painter.layout_job(job);
        painter.galley(seen.left_top() + vec2(7.0, 1.5), galley, TEXT.color());
    }

    fn figures(&self, painter: &Painter) {
        let Some(figures) = self.session.timeline().figures(self.clip.take) else { return };
        let top = self.rect.top() + TITLE_HEIGHT + 3.0;
        let points_per_m = (self.rect.bottom() - 4.0 - top) / FIGURE_HEIGHT_M;
        let first = self.rect.left() + FIGURES_APART / 2.0;
        let count = ((self.rect.width() - 16.0) / FIGURES_APART) as usize;
        for number in 0..count.max(usize::from(self.rect.width() > 26.0)) {
            let x = if count == 0 { self.rect.center().x } else { first + number as f32 * FIGURES_APART };
            if x < self.place.left() - FIGURES_APART || x > self.place.right() + FIGURES_APART {
                continue;
            }
            let inside = ((x - self.rect.left()) / self.scale.points_per_frame()).max(0.0) as usize % self.clip.loop_frames();
            let frame = self.clip.from + (inside as f32 * self.clip.settings.speed) as usize;
            if let Some(figure) = figures.at(frame) {
                paint_figure(painter, figure, pos2(x, self.rect.bottom() - 4.0), points_per_m, self.clip.settings.mirror);
            }
        }
    }

    /// Where each loop begins.
    fn loops(&self, painter: &Painter) {
        let loop_width = self.clip.loop_frames() as f32 * self.scale.points_per_frame();
        let loops = self.clip.settings.loops as usize;
        if loops < 2 || loop_width < 3.0 {
            return;
        }
        for nth in 1..loops {
            let x = self.rect.left() + nth as f32 * loop_width;
            painter.vline(x, self.rect.top() + TITLE_HEIGHT..=self.rect.bottom() - 2.0, Stroke::new(1.0, MARK.with_alpha(0.16)));
        }
        let text = format!("×{loops}");
        painter.text(self.rect.right_bottom() - vec2(7.0, 3.0), Align2::RIGHT_BOTTOM, text, theme::medium(11.0), ACCENT.color());
    }

    fn blend_x(&self) -> f32 {
        self.rect.left() + self.clip.settings.blend_frames as f32 * self.scale.points_per_frame()
    }

    /// The transition from the clip before.
    fn wedge(&self, painter: &Painter) {
        if self.number == 0 || self.clip.settings.blend_frames == 0 {
            return;
        }
        let (top, bottom, right) = (self.rect.top() + TITLE_HEIGHT, self.rect.bottom(), self.blend_x().min(self.rect.right()));
        let corners = vec![pos2(self.rect.left(), top), pos2(self.rect.left(), bottom), pos2(right, bottom)];
        painter.add(Shape::convex_polygon(corners, MARK.with_alpha(0.09), Stroke::NONE));
        painter.line_segment([pos2(self.rect.left(), top), pos2(right, bottom)], Stroke::new(1.0, MARK.with_alpha(0.27)));
    }

    fn handle(&self, ui: &Ui) -> Vec<Action> {
        let id = self.clip.id.0;
        let seen = self.rect.intersect(self.place);
        let body = ui.interact(seen, Id::new(("clip", id)), Sense::click_and_drag());
        let selected = self.session.timeline().is_selected(self.clip.id);
        body.widget_info(|| WidgetInfo::selected(WidgetType::Button, true, selected, format!("Clip {}", self.number + 1)));
        let mut actions = Vec::new();
        if body.clicked() {
            let modifiers = ui.input(|input| input.modifiers);
            actions.push(match () {
                () if modifiers.command => Action::Selection(SelectionAction::SelectAlso(self.number)),
                () if modifiers.shift => Action::Selection(SelectionAction::SelectTo(self.number)),
                () => Action::Selection(SelectionAction::SelectClip(self.number)),
            });
        }
        actions.extend(self.reorder(ui, &body));
        if self.rect.width() > 3.0 * END_WIDTH {
            let end = |left: f32| Rect::from_x_y_ranges(left..=left + END_WIDTH, self.rect.top()..=self.rect.bottom() - 14.0);
            actions.extend(self.trim(ui, end(self.rect.left()), true));
            actions.extend(self.trim(ui, end(self.rect.right() - END_WIDTH), false));
            if self.number > 0 {
                actions.extend(self.blend(ui));
            }
        }
        if !body.dragged() {
            body.on_hover_ui(|ui| {
                let prompt = self
                    .session
                    .timeline()
                    .document()
                    .takes()
                    .get(&self.clip.take)
                    .map_or_else(Default::default, |take| take.provenance.title());
                ui.label(prompt);
                let secs = |frames: usize| frames as f32 / FPS;
                let from_to = format!("{:.2} to {:.2} s of its take", secs(self.clip.from), secs(self.clip.to));
                ui.label(faint(format!("{:.2} s on the timeline · {from_to}", secs(self.clip.frames()))));
            });
        }
        actions
    }

    /// The poses set by hand: a diamond each, which can be chosen, moved, and copied with Ctrl.
    fn keys(&self, ui: &Ui) -> Vec<Action> {
        let mut actions = Vec::new();
        let (clip, layer) = (self.clip, &self.clip.settings.layer);
        let chosen = self.session.pose().key(self.session.timeline());
        let y = self.rect.bottom() - KEY_ABOVE;
        // A clip that is played several times has its keys in each loop; those of the first one are taken hold of.
        for key in layer.keys().iter().filter(|key| (clip.from..clip.to).contains(&key.frame)) {
            let inside = ((key.frame - clip.from) as f32 / clip.settings.speed).round();
            let x = self.scale.x_of(self.start as f32 + inside + 0.5);
            let place = Rect::from_center_size(pos2(x, y), vec2(14.0, 14.0));
            let response = ui.interact(place.intersect(self.place), Id::new(("key", clip.id.0, key.frame)), Sense::click_and_drag());
            response.widget_info(|| {
                WidgetInfo::labeled(WidgetType::Button, true, format!("Pose at frame {} of clip {}", key.frame, self.number + 1))
            });
            let moved = response.total_drag_delta().unwrap_or_default().x;
            let to = (key.frame as f32 + moved / self.scale.points_per_frame() * clip.settings.speed).round();
            let to = to.clamp(clip.from as f32, clip.to as f32 - 1.0) as usize;
            let is_chosen = chosen == Some((self.number, key.frame));
            let color = if is_chosen || response.hovered() || response.dragged() { ACCENT } else { TEXT };
            let faded = if layer.is_muted { 0.35 } else { 1.0 };
            let shown_x = if response.dragged() {
                self.scale.x_of(self.start as f32 + (to - clip.from) as f32 / clip.settings.speed + 0.5)
            } else {
                x
            };
            diamond(ui.painter(), pos2(shown_x, y), color.with_alpha(faded));
            if response.clicked() || response.drag_started() {
                actions.push(Action::Pose(PoseAction::SelectKey { clip: self.number, frame: key.frame }));
            }
            if response.clicked() {
                actions.push(Action::Player(PlayerAction::Seek((self.start as f32 + inside) / FPS)));
            }
            if response.drag_stopped() && to != key.frame {
                let copies = ui.input(|input| input.modifiers.command);
                let (clip, from) = (self.number, key.frame);
                actions.push(Action::Pose(if copies {
                    PoseAction::CopyKey { clip, from, to }
                } else {
                    PoseAction::MoveKey { clip, from, to }
                }));
            }
            response.on_hover_text("A pose set by hand: drag moves it, Ctrl copies it, Delete takes it away");
        }
        actions
    }

    /// The block is dragged to another place.
    fn reorder(&self, ui: &Ui, body: &Response) -> Option<Action> {
        if !(body.dragged() || body.drag_stopped()) {
            return None;
        }
        let pointer = body.interact_pointer_pos()?;
        let mut x = self.scale.x_of(0.0);
        let mut to = 0;
        for clip in self.session.timeline().clips() {
            let width = clip.frames() as f32 * self.scale.points_per_frame();
            if pointer.x < x + width / 2.0 {
                break;
            }
            (x, to) = (x + width, to + 1);
        }
        if body.drag_stopped() {
            return (to != self.number && to != self.number + 1).then_some(Action::Clips(ClipAction::MoveClip { clip: self.number, to }));
        }
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        let painter = ui.painter();
        painter.vline(x, self.place.y_range(), Stroke::new(3.0, ACCENT));
        let ghost = self.rect.translate(body.total_drag_delta().unwrap_or_default() * vec2(1.0, 0.0));
        painter.rect(ghost, CornerRadius::same(6), color_of(self.clip).with_alpha(0.5), Stroke::new(1.5, ACCENT), StrokeKind::Inside);
        None
    }

    /// An end is dragged; what stands there is seen on the stage.
    fn trim(&self, ui: &Ui, place: Rect, first: bool) -> Vec<Action> {
        let id = Id::new((if first { "clip start" } else { "clip end" }, self.clip.id.0));
        let response = ui.interact(place.intersect(self.place), id, Sense::drag()).on_hover_cursor(CursorIcon::ResizeHorizontal);
        let label = format!("{} of clip {}", if first { "Start" } else { "End" }, self.number + 1);
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Slider, true, &label));
        let Some(hold) = self.held(ui, &response) else { return Vec::new() };
        if response.drag_stopped() {
            return vec![Action::Player(PlayerAction::EndScrub), Action::Clips(ClipAction::Release)];
        }
        let speed = self.clip.settings.speed;
        let moved = response.total_drag_delta().unwrap_or_default().x / self.scale.points_per_frame();
        let length = (hold.to - hold.from) as f32 / speed;
        let edge = self.start as f32 + if first { 0.0 } else { length * self.clip.settings.loops as f32 };
        let moved = self.snapped(edge + moved, hold.play_head) - edge;
        let frames = if first { moved * speed } else { moved * speed / self.clip.settings.loops as f32 };
        let (from, to) = (hold.from as f32, hold.to as f32);
        let least = 2.0 * speed.max(1.0);
        let (from, to) =
            if first { ((from + frames).clamp(0.0, (to - least).max(0.0)), to) } else { (from, (to + frames).max(from + least)) };
        let seen = if first { self.start } else { self.start + self.clip.frames() - 1 };
        vec![
            Action::Clips(ClipAction::DragTrim { clip: self.number, from: from / FPS, to: to / FPS }),
            Action::Player(PlayerAction::Scrub(seen as f32 / FPS)),
        ]
    }

    /// A frame of the timeline, or what it snaps to: where the play head was, or a whole second.
    fn snapped(&self, frame: f32, play_head: f32) -> f32 {
        let near = SNAP / self.scale.points_per_frame();
        let second = (frame / FPS).round() * FPS;
        [play_head, second].into_iter().find(|mark| (mark - frame).abs() < near).unwrap_or(frame)
    }

    fn blend(&self, ui: &Ui) -> Vec<Action> {
        let middle = pos2(self.blend_x().max(self.rect.left() + 6.0), self.rect.bottom() - 7.0);
        let place = Rect::from_center_size(middle, vec2(12.0, 13.0)).intersect(self.place);
        let response = ui.interact(place, Id::new(("blend", self.clip.id.0)), Sense::drag()).on_hover_cursor(CursorIcon::ResizeHorizontal);
        let label = format!("Blend into clip {}", self.number + 1);
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Slider, true, &label));
        if ui.rect_contains_pointer(self.rect) || response.dragged() {
            let color = if response.hovered() || response.dragged() { ACCENT } else { TEXT };
            ui.painter().circle(middle, 3.5, color, Stroke::new(1.0, PANEL));
        }
        let Some(hold) = self.held(ui, &response) else { return Vec::new() };
        if response.drag_stopped() {
            return vec![Action::Clips(ClipAction::Release)];
        }
        let moved = response.total_drag_delta().unwrap_or_default().x / self.scale.points_per_frame();
        let blend_frames = (hold.blend_frames as f32 + moved).round().clamp(0.0, MOST_BLEND_FRAMES as f32) as usize;
        let settings = ClipSettings { blend_frames, ..self.clip.settings.clone() };
        vec![Action::Clips(ClipAction::DragClip { clip: self.number, settings })]
    }

    /// What the hand took hold of, from the moment it did.
    fn held(&self, ui: &Ui, response: &Response) -> Option<Hold> {
        if response.drag_started() {
            let play_head = self.session.view().player().at_secs() * FPS;
            let hold = Hold { from: self.clip.from, to: self.clip.to, blend_frames: self.clip.settings.blend_frames, play_head };
            ui.data_mut(|data| data.insert_temp(response.id, hold));
        }
        if response.dragged() || response.drag_stopped() { ui.data(|data| data.get_temp(response.id)) } else { None }
    }
}

fn diamond(painter: &Painter, middle: Pos2, color: Color32) {
    let corners = [(0.0, -KEY_SIZE), (KEY_SIZE, 0.0), (0.0, KEY_SIZE), (-KEY_SIZE, 0.0)].map(|(x, y)| middle + vec2(x, y));
    painter.add(Shape::convex_polygon(corners.to_vec(), color, Stroke::new(1.0, PANEL)));
}

/// A figure that stands on a point.
fn paint_figure(painter: &Painter, figure: &StickFigure, stands: Pos2, points_per_m: f32, mirrored: bool) {
    let side = if mirrored { -1.0 } else { 1.0 };
    let at = |joint: usize| pos2(stands.x + side * figure[joint].x * points_per_m, stands.y - figure[joint].y * points_per_m);
    let stroke = Stroke::new(1.2, MARK.with_alpha(0.6));
    for (joint, parent) in PARENTS.iter().enumerate() {
        if let Some(parent) = parent {
            painter.line_segment([at(*parent), at(joint)], stroke);
        }
    }
    painter.circle_filled(at(15) - vec2(0.0, 0.08 * points_per_m), 0.1 * points_per_m, MARK.with_alpha(0.67));
}
