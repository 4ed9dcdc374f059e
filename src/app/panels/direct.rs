//! The card over the stage: which tool is in the hand, and what it is set to.

use super::panel_view::PanelView;
use super::parts::{card, choices, divider, faint, row, soft, switch};
use super::pose_tool::name;
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::author::Action;
use crate::author::session::{ClipAction, ConstraintAction, PoseAction, Session, StageTool, ViewAction, ViewMode};
use crate::timeline::{ClipSettings, Constraints, End, MOST_EASE_FRAMES, PathPoint, PoseKey};
use bevy_egui::egui::{DragValue, Rect, Response, Ui, UiBuilder, pos2, vec2};

const ROW_HEIGHT: f32 = 26.0;
const WIDTHS: [f32; 3] = [214.0, 520.0, 560.0];

/// The card, in the middle of what no panel covers.
pub(super) fn direct(ui: &mut Ui, view: &PanelView<'_>, free: Rect) -> Vec<Action> {
    let session = view.session;
    let Some(place) = place(session, free) else { return Vec::new() };
    let tool = session.view().tool();
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        card(ui, "direct", |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let mut actions = row(ui, ROW_HEIGHT, |ui| tools(ui, tool));
            match tool {
                StageTool::Camera => {}
                StageTool::Path => actions.extend(path(ui, session)),
                StageTool::Pose => actions.extend(pose(ui, session)),
            }
            actions
        })
    })
    .inner
}

/// Where the card is, if there is one.
pub(super) fn place(session: &Session, free: Rect) -> Option<Rect> {
    if session.view().comparison().is_some() || (session.timeline().clips().is_empty() && session.models().state().trouble().is_some()) {
        return None;
    }
    let rows = rows(session, session.view().tool());
    let width = WIDTHS[session.view().tool() as usize].min(free.width() - 20.0);
    let height = 26.0 + ROW_HEIGHT * rows as f32 + 4.0 * (rows - 1) as f32;
    Some(Rect::from_min_size(pos2(free.center().x - width / 2.0, free.top() + 8.0), vec2(width, height)))
}

fn rows(session: &Session, tool: StageTool) -> usize {
    match tool {
        StageTool::Camera => 1,
        StageTool::Path => 2 + usize::from(!session.timeline().constraints().keys.is_empty()),
        // Always as many: the stage stays where it is while a joint is dragged.
        StageTool::Pose => 3,
    }
}

fn tools(ui: &mut Ui, tool: StageTool) -> Vec<Action> {
    let tools = [(StageTool::Camera, "View"), (StageTool::Path, "Path (D)"), (StageTool::Pose, "Pose (H)")];
    let mut actions: Vec<Action> = choices(ui, &tools, Some(tool)).map(|tool| Action::View(ViewAction::Tool(tool))).into_iter().collect();
    if tool != StageTool::Camera {
        ui.with_layout(bevy_egui::egui::Layout::right_to_left(bevy_egui::egui::Align::Center), |ui| {
            if icon_button(ui, Icon::Close, "Put the tool away (Esc)", 22.0, Emphasis::Quiet).clicked() {
                actions.push(Action::View(ViewAction::Tool(StageTool::Camera)));
            }
            ui.label(faint(if tool == StageTool::Path { "Click or draw on the floor" } else { "Drag a joint of the character" }));
        });
    }
    actions
}

/// What the next take has to meet.
fn path(ui: &mut Ui, session: &Session) -> Vec<Action> {
    let constraints = session.timeline().constraints();
    let mut actions = Vec::new();
    row(ui, ROW_HEIGHT, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let way_m = PathPoint::way_m(&constraints.path);
        let text = match constraints.path.len() {
            0 => "No path: the next take goes where it likes".to_owned(),
            1 => "One point: put another".to_owned(),
            count => format!("{count} points, {way_m:.1} m"),
        };
        ui.label(soft(text).size(12.5));
        if !constraints.path.is_empty() && icon_button(ui, Icon::Close, "Take the path away", 20.0, Emphasis::Quiet).clicked() {
            actions.push(ConstraintAction::ClearPath);
        }
        divider(ui);
        actions.extend(end(ui, constraints));
        divider(ui);
        let at_secs = session.view().player().at_secs();
        let can_take = matches!(session.view().mode(), ViewMode::Take(_) | ViewMode::Timeline);
        let add = ui.add_enabled(can_take, bevy_egui::egui::Button::new(soft(format!("Pose at {at_secs:.1} s")).size(12.5)));
        if add.on_hover_text("The next take is in the pose that the stage shows, at this time").clicked() {
            actions.push(ConstraintAction::AddTarget(at_secs));
        }
    });
    if !constraints.keys.is_empty() {
        row(ui, ROW_HEIGHT, |ui| actions.extend(targets(ui, constraints)));
    }
    actions.into_iter().map(Action::Constraints).collect()
}

/// Where the next take ends.
fn end(ui: &mut Ui, constraints: &Constraints) -> Option<ConstraintAction> {
    let end = constraints.end.unwrap_or_default();
    if switch(ui, "Faces", end.facing_deg.is_some()).on_hover_text("Choose how the body faces at the end").clicked() {
        let facing_deg = if end.facing_deg.is_some() { None } else { Some(0.0) };
        return Some(ConstraintAction::EndAt(Some(End { facing_deg, ..end }).filter(|end| *end != End::default())));
    }
    let mut facing_deg = end.facing_deg?;
    let field = DragValue::new(&mut facing_deg).range(-180.0..=180.0).speed(1.0).fixed_decimals(0).suffix("°");
    let changed = ui.add(field).on_hover_text("Counter-clockwise from above: 0 is +Z, 90 is +X").changed();
    changed.then_some(ConstraintAction::EndAt(Some(End { facing_deg: Some(facing_deg), ..end })))
}

/// The poses that the next take has to meet, each with its time.
fn targets(ui: &mut Ui, constraints: &Constraints) -> Vec<ConstraintAction> {
    let mut actions = Vec::new();
    ui.spacing_mut().item_spacing.x = 4.0;
    for (target, key) in constraints.keys.iter().enumerate() {
        if ui.available_width() < 110.0 {
            ui.label(faint(format!("and {} more", constraints.keys.len() - target)));
            break;
        }
        ui.label(soft("Pose").size(12.0));
        let mut secs = key.t;
        if ui.add(DragValue::new(&mut secs).range(0.0..=60.0).speed(1.0 / 30.0).fixed_decimals(1).suffix(" s")).changed() {
            actions.push(ConstraintAction::MoveTarget { target, secs });
        }
        if icon_button(ui, Icon::Close, "Take this pose away", 18.0, Emphasis::Quiet).clicked() {
            actions.push(ConstraintAction::RemoveTarget(target));
        }
    }
    actions
}

/// The pose under the play head, and the chosen key.
fn pose(ui: &mut Ui, session: &Session) -> Vec<Action> {
    let mut actions = Vec::new();
    let on_clip = matches!(session.view().mode(), ViewMode::Timeline);
    row(ui, ROW_HEIGHT, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if !on_clip {
            ui.label(soft("Poses are keys on a clip: put the take on the timeline (Enter)").size(12.5));
            return;
        }
        ui.label(soft(session.pose().joint().map_or("Nothing held", name)).size(12.5));
        divider(ui);
        let button = |ui: &mut Ui, text: &str, about: &str| -> Response { switch(ui, text, false).on_hover_text(about) };
        if button(ui, "Mirror", "Exchange left and right in this pose").clicked() {
            actions.push(Action::Pose(PoseAction::MirrorPose));
        }
        if button(ui, "Copy", "Remember this pose (Ctrl+Shift+C)").clicked() {
            actions.push(Action::Pose(PoseAction::CopyPose));
        }
        if session.pose().has_copied() && button(ui, "Paste", "Hold the body as the remembered pose does (Ctrl+Shift+V)").clicked() {
            actions.push(Action::Pose(PoseAction::PastePose));
        }
        actions.extend(mute(ui, session));
    });
    row(ui, ROW_HEIGHT, |ui| match session.pose().key(session.timeline()) {
        Some((clip, frame)) => actions.extend(key(ui, session, clip, frame)),
        None => drop(ui.label(faint("No key chosen: a joint that is dragged makes one, a diamond on the timeline is one"))),
    });
    actions
}

/// Whether the keys of the clip under the play head are shown.
fn mute(ui: &mut Ui, session: &Session) -> Option<Action> {
    let (place, _) = session.timeline().arrangement().at(session.view().player().frame())?;
    let layer = &session.timeline().clips()[place].settings.layer;
    if layer.keys().is_empty() {
        return None;
    }
    divider(ui);
    let pressed = switch(ui, "Muted", layer.is_muted).on_hover_text("Show and export the clip without its poses").clicked();
    pressed.then(|| {
        let mut settings = session.timeline().clips()[place].settings.clone();
        settings.layer.is_muted = !settings.layer.is_muted;
        Action::Clips(ClipAction::SetClip { clip: place, settings })
    })
}

/// How the chosen key comes and goes.
fn key(ui: &mut Ui, session: &Session, clip: usize, frame: usize) -> Vec<Action> {
    let mut actions = Vec::new();
    let settings = &session.timeline().clips()[clip].settings;
    let Some(key) = settings.layer.key_at(frame) else { return actions };
    ui.spacing_mut().item_spacing.x = 6.0;
    ui.label(soft(format!("Key at frame {frame}")).size(12.5));
    divider(ui);
    let mut changed = *key;
    for (name, frames, about) in [
        ("In", &mut changed.ease_in, "Over so many frames before it, it comes"),
        ("Out", &mut changed.ease_out, "Over so many frames behind it, it goes"),
    ] {
        ui.label(soft(name).size(12.5));
        let field = ui.add(DragValue::new(frames).range(0..=MOST_EASE_FRAMES).speed(0.2).suffix(" f")).on_hover_text(about);
        if field.drag_stopped() {
            actions.push(Action::Clips(ClipAction::Release));
        }
    }
    if changed != *key {
        actions.insert(0, Action::Clips(ClipAction::DragClip { clip, settings: with_key(settings, changed) }));
    }
    divider(ui);
    if icon_button(ui, Icon::Close, "Take this key away (Delete)", 20.0, Emphasis::Quiet).clicked() {
        actions.push(Action::Pose(PoseAction::DeleteKey));
    }
    actions
}

fn with_key(settings: &ClipSettings, key: PoseKey) -> ClipSettings {
    let mut settings = settings.clone();
    settings.layer.set(key);
    settings
}
