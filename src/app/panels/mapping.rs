//! The mapping editor: a skeleton in its rest pose beside our body, the parts of the body with the joints that play them, and all joints.
//!
//! A part is chosen in its list or on our body, a joint in its list or on the skeleton.

use super::figure::{Drawn, Mark, faint_bone};
use super::parts::{TextButton, card, faint, row, soft, switch};
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, ACCENT, DONE, EDGE, GAP, PANEL, RAISED, SUNKEN, TEXT, TEXT_FAINT, TEXT_SOFT, TROUBLE, ThemeColor};
use crate::author::Action;
use crate::author::session::{MappingAction, MappingEditor};
use crate::motion::mapping::{MAPPED, way_to};
use crate::motion::{JOINT_COUNT, Joint, PARENTS, rest_positions};
use bevy_egui::egui::{
    Align, Align2, CornerRadius, Frame, Id, Label, Layout, Margin, Rect, Response, RichText, ScrollArea, Sense, Stroke, TextEdit, Ui,
    UiBuilder, WidgetInfo, WidgetType, pos2, vec2,
};
use glam::Quat;

/// Width of both lists, and of that of the parts.
const WIDTH: f32 = 520.0;
const PARTS_WIDTH: f32 = 316.0;
/// A row of the lists, points.
const ROW: f32 = 21.0;
/// What is under the lists, points.
const BELOW_LISTS: f32 = 146.0;
/// A full turn of the figures takes this many points.
const POINTS_PER_RAD: f32 = 170.0;

/// Where the lists lie, and what they leave free.
pub(super) fn places(window: Rect) -> (Rect, Rect) {
    let width = WIDTH.min(0.56 * window.width());
    let panel = Rect::from_min_max(pos2(window.right() - GAP - width, window.top() + GAP), window.max - vec2(GAP, GAP));
    (panel, Rect::from_min_max(window.min, pos2(panel.left(), window.bottom())))
}

/// What people call a part of the body.
fn label(part: Joint) -> &'static str {
    match part {
        Joint::Head => "Head",
        Joint::Neck => "Neck",
        Joint::LCollar => "Left collar bone",
        Joint::LShoulder => "Left upper arm",
        Joint::LElbow => "Left forearm",
        Joint::LWrist => "Left hand",
        Joint::RCollar => "Right collar bone",
        Joint::RShoulder => "Right upper arm",
        Joint::RElbow => "Right forearm",
        Joint::RWrist => "Right hand",
        Joint::Pelvis => "Hips",
        Joint::LHip => "Left thigh",
        Joint::LKnee => "Left shin",
        Joint::LAnkle => "Left foot",
        Joint::LFoot => "Left toes",
        Joint::RHip => "Right thigh",
        Joint::RKnee => "Right shin",
        Joint::RAnkle => "Right foot",
        Joint::RFoot => "Right toes",
        Joint::Spine1 | Joint::Spine2 | Joint::Spine3 => "Spine",
    }
}

/// The left of a body, its right, and what is between.
fn color(part: Joint) -> ThemeColor {
    match part.name().as_bytes() {
        [b'L', b'_', ..] => DONE,
        [b'R', b'_', ..] => ACCENT,
        _ => TEXT,
    }
}

/// Our body and the skeleton beside each other.
pub(super) fn figures(ui: &mut Ui, editor: &MappingEditor) -> Vec<Action> {
    let place = ui.max_rect();
    ui.painter().rect_filled(place, CornerRadius::ZERO, PANEL);
    let turned = Id::new("mapping figures");
    let mut yaw_rad: f32 = ui.data(|data| data.get_temp(turned)).unwrap_or(0.0);
    let inner = place.shrink(GAP);
    let (ours, theirs) = (inner.with_max_x(inner.center().x), inner.with_min_x(inner.center().x));
    let mut actions = Vec::new();
    let heads = [(ours, "Our body"), (theirs, if editor.is_character() { "Your character" } else { "The skeleton of your motion" })];
    for (place, head) in heads {
        ui.painter().text(place.center_top(), Align2::CENTER_TOP, head, theme::medium(13.0), TEXT_SOFT.color());
    }
    let below = |place: Rect| Rect::from_min_max(place.min + vec2(0.0, 22.0), place.max - vec2(0.0, 22.0));
    let hint = "Click a part on the left, then its joint on the right. Drag to turn.";
    ui.painter().text(inner.center_bottom(), Align2::CENTER_BOTTOM, hint, theme::regular(12.0), TEXT_FAINT.color());
    let [our_touch, their_touch] = [("our body", below(ours)), ("the skeleton", below(theirs))].map(|(name, place)| {
        let response = ui.interact(place, Id::new(("mapping", name)), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, name));
        response
    });
    if our_touch.dragged() || their_touch.dragged() {
        yaw_rad += (our_touch.drag_delta().x + their_touch.drag_delta().x) / POINTS_PER_RAD;
        ui.data_mut(|data| data.insert_temp(turned, yaw_rad));
    }
    let turn = Quat::from_rotation_y(yaw_rad);
    actions.extend(our_body(ui, editor, below(ours), turn, &our_touch));
    actions.extend(skeleton(ui, editor, below(theirs), turn, &their_touch));
    actions
}

fn our_body(ui: &Ui, editor: &MappingEditor, place: Rect, turn: Quat, touch: &Response) -> Option<Action> {
    let joints = rest_positions();
    let outline = editor.outlines().map_or(&[][..], |outlines| &outlines.ours);
    let painter = ui.painter().with_clip_rect(place);
    let figure = Drawn::new(&painter, place, turn, &joints, outline);
    figure.outline(outline);
    for (joint, parent) in PARENTS.iter().enumerate() {
        if let Some(parent) = *parent {
            figure.bone(parent, joint, Stroke::new(2.0, color(Joint::ALL[joint])));
        }
    }
    let pointed = touch.hover_pos().and_then(|at| figure.at(at)).filter(|joint| MAPPED.contains(&Joint::ALL[*joint]));
    for joint in 0..JOINT_COUNT {
        let part = Joint::ALL[joint];
        let is_there = !MAPPED.contains(&part) || editor.part(part).is_some();
        let ring = part == editor.chosen() || pointed == Some(joint);
        figure.joint(joint, Mark { color: if is_there { color(part) } else { TROUBLE }.color(), radius: 4.0, ring });
    }
    if let Some(joint) = pointed {
        tip(&painter, &figure, joint, label(Joint::ALL[joint]));
    }
    touch.clicked().then_some(pointed).flatten().map(|joint| Action::Mapping(MappingAction::ChoosePart(Joint::ALL[joint])))
}

fn skeleton(ui: &Ui, editor: &MappingEditor, place: Rect, turn: Quat, touch: &Response) -> Option<Action> {
    let rig = editor.rig();
    let turn = turn * editor.upright();
    let joints = rig.rest_world().positions;
    let outline = editor.outlines().map_or(&[][..], |outlines| &outlines.theirs);
    let painter = ui.painter().with_clip_rect(place);
    let figure = Drawn::new(&painter, place, turn, &joints, outline);
    figure.outline(outline);
    for (joint, parent) in rig.parents().iter().enumerate() {
        if let Some(parent) = *parent {
            let stroke = editor.part_of(joint).map_or_else(faint_bone, |part| Stroke::new(2.0, color(part)));
            figure.bone(parent, joint, stroke);
        }
    }
    let pointed = touch.hover_pos().and_then(|at| figure.at(at));
    for joint in 0..rig.len() {
        let part = editor.part_of(joint);
        let ring = part == Some(editor.chosen()) || pointed == Some(joint);
        let (color, radius) = part.map_or((TEXT_FAINT, 2.5), |part| (color(part), 4.0));
        figure.joint(joint, Mark { color: color.color(), radius, ring });
    }
    if let Some(joint) = pointed {
        let part = editor.part_of(joint).map(|part| format!(" · {}", label(part))).unwrap_or_default();
        tip(&painter, &figure, joint, &format!("{}{part}", way_to(rig, joint)));
    }
    let joint = touch.clicked().then_some(pointed).flatten()?;
    Some(Action::Mapping(MappingAction::AssignJoint(editor.chosen(), Some(way_to(rig, joint)))))
}

fn tip(painter: &bevy_egui::egui::Painter, figure: &Drawn<'_>, joint: usize, text: &str) {
    let galley = painter.layout_no_wrap(text.to_owned(), theme::regular(12.5), TEXT.color());
    let place = Align2::LEFT_BOTTOM.anchor_size(figure.place_of(joint) + vec2(10.0, -8.0), galley.size());
    painter.rect_filled(place.expand2(vec2(6.0, 3.0)), CornerRadius::same(5), SUNKEN);
    painter.galley(place.min, galley, TEXT.color());
}

/// What plays which part, all joints, and what can be done with that.
pub(super) fn lists(ui: &mut Ui, editor: &MappingEditor) -> Vec<Action> {
    card(ui, "mapping", |ui| {
        let mut actions = Vec::new();
        ui.spacing_mut().item_spacing.y = 5.0;
        let name = editor.path().file_name().unwrap_or_default().to_string_lossy();
        ui.add(Label::new(RichText::new(format!("Bones of {name}")).font(theme::medium(16.0)).color(TEXT)).truncate());
        row(ui, 28.0, |ui| {
            if ui.add(TextButton { text: "Left ↔ right", main: false, min_width: 0.0, height: 26.0 }).clicked() {
                actions.push(Action::Mapping(MappingAction::ExchangeSides));
            }
            if ui.add(TextButton { text: "As found", main: false, min_width: 0.0, height: 26.0 }).clicked() {
                actions.push(Action::Mapping(MappingAction::ResetMapping));
            }
            ui.add_enabled_ui(editor.can_undo(), |ui| {
                if icon_button(ui, Icon::Undo, "Take the last step back (Ctrl+Z)", 26.0, Emphasis::Quiet).clicked() {
                    actions.push(Action::Mapping(MappingAction::UndoMapping));
                }
            });
        });
        let height = (ui.available_height() - BELOW_LISTS).max(80.0);
        let (_, both) = ui.allocate_space(vec2(ui.available_width(), height));
        let of_parts = both.with_max_x(both.left() + PARTS_WIDTH.min(0.62 * both.width()));
        let of_joints = both.with_min_x(of_parts.right() + 6.0);
        let down = |place: Rect| UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::LEFT));
        actions.extend(ui.scope_builder(down(of_parts), |ui| parts(ui, editor, height)).inner);
        actions.extend(ui.scope_builder(down(of_joints), |ui| joints(ui, editor, height)).inner);
        status(ui, editor);
        actions.extend(name_row(ui, editor));
        actions.extend(buttons(ui, editor));
        actions
    })
}

fn parts(ui: &mut Ui, editor: &MappingEditor, height: f32) -> Vec<Action> {
    let mut actions = Vec::new();
    ScrollArea::vertical().id_salt("parts").max_height(height).auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for part in MAPPED {
            let (place, response) = ui.allocate_exact_size(vec2((ui.available_width() - 8.0).max(40.0), ROW), Sense::click());
            let chosen = part == editor.chosen();
            response.widget_info(|| WidgetInfo::selected(WidgetType::SelectableLabel, true, chosen, label(part)));
            if chosen || response.hovered() {
                ui.painter().rect_filled(place, CornerRadius::same(6), if chosen { RAISED } else { SUNKEN });
            }
            let found = editor.part(part);
            let middle = |x: f32| pos2(place.left() + x, place.center().y);
            ui.painter().circle_filled(middle(9.0), 4.0, if found.is_some() { color(part) } else { TROUBLE }.color());
            ui.painter().text(middle(20.0), Align2::LEFT_CENTER, label(part), theme::regular(12.5), TEXT.color());
            let (text, text_color, about) = match found {
                None => ("missing".to_owned(), TROUBLE, "no joint was found for it".to_owned()),
                Some((joint, by)) => {
                    let name = way_to(editor.rig(), joint);
                    let about = by.map_or("chosen here".to_owned(), |by| format!("{by}, {:.0} % sure", 100.0 * by.confidence()));
                    (name, if by.is_some_and(|by| by.confidence() < 0.7) { ACCENT } else { TEXT_SOFT }, about)
                }
            };
            let room = Rect::from_min_max(pos2(place.left() + 122.0, place.top()), pos2(place.right() - 44.0, place.bottom()));
            let painter = ui.painter().with_clip_rect(room);
            painter.text(room.left_center(), Align2::LEFT_CENTER, &text, theme::regular(12.5), text_color.color());
            let sure = found.map(|(_, by)| by.map_or("yours".to_owned(), |by| format!("{:.0} %", 100.0 * by.confidence())));
            let right = pos2(place.right() - 6.0, place.center().y);
            ui.painter().text(right, Align2::RIGHT_CENTER, sure.unwrap_or_default(), theme::regular(11.5), TEXT_FAINT.color());
            let about = || RichText::new(format!("{text}: {about}"));
            if response.on_hover_ui(|ui| drop(ui.label(about()))).clicked() {
                actions.push(Action::Mapping(MappingAction::ChoosePart(part)));
            }
        }
    });
    actions
}

fn joints(ui: &mut Ui, editor: &MappingEditor, height: f32) -> Vec<Action> {
    let mut actions = Vec::new();
    let rig = editor.rig();
    let frame = Frame::new().fill(SUNKEN.color()).corner_radius(8).inner_margin(Margin::same(5));
    frame.show(ui, |ui| {
        let area = ScrollArea::vertical().id_salt("joints").max_height((height - 12.0).max(40.0)).auto_shrink([false, false]);
        ui.spacing_mut().item_spacing.y = 1.0;
        // Rigs with hair and skirts have hundreds of joints: those that are seen are laid out.
        area.show_rows(ui, ROW, rig.len() + 1, |ui, rows| {
            for joint in rows.map(|at| at.checked_sub(1)) {
                row(ui, ROW, |ui| actions.extend(joint_row(ui, editor, joint)));
            }
        });
    });
    actions
}

/// A joint in the list of all, or none of them.
fn joint_row(ui: &mut Ui, editor: &MappingEditor, joint: Option<usize>) -> Option<Action> {
    let (rig, part) = (editor.rig(), editor.chosen());
    let assign = |way| Action::Mapping(MappingAction::AssignJoint(part, way));
    let Some(joint) = joint else {
        return switch(ui, "– none –", editor.part(part).is_none()).clicked().then(|| assign(None));
    };
    let plays = editor.part_of(joint);
    let name = if rig.names()[joint].is_empty() { format!("#{joint}") } else { rig.names()[joint].clone() };
    let text = RichText::new(&name).size(12.5).color(plays.map_or(TEXT_SOFT, color));
    let response = ui.add(Label::new(text).truncate().sense(Sense::click()));
    let about = || plays.map_or(name.clone(), |part| format!("{name}: {}", label(part)));
    response.on_hover_ui(|ui| drop(ui.label(about()))).clicked().then(|| assign(Some(way_to(rig, joint))))
}

/// What is still missing, in a line.
fn status(ui: &mut Ui, editor: &MappingEditor) {
    let missing: Vec<&str> = editor.missing().map(label).collect();
    let (text, color) = match (editor.trouble_and_help(), missing.len()) {
        (Some(trouble), _) => (trouble, TROUBLE),
        (None, 0) => ("Every part of the body has a joint".to_owned(), DONE),
        (None, _) => (format!("It can walk; without a joint: {}", missing.join(", ")), ACCENT),
    };
    ui.add(Label::new(RichText::new(&text).size(12.5).color(color)).truncate()).on_hover_text(text);
}

fn name_row(ui: &mut Ui, editor: &MappingEditor) -> Option<Action> {
    let mut name = editor.name().to_owned();
    row(ui, 32.0, |ui| {
        ui.label(soft("Kept as").size(12.5));
        let frame =
            Frame::new().fill(SUNKEN.color()).stroke(Stroke::new(1.0, EDGE)).corner_radius(8).inner_margin(Margin::symmetric(10, 5));
        let field = TextEdit::singleline(&mut name).id(Id::new("mapping name")).frame(frame).char_limit(60);
        ui.add(field.desired_width(ui.available_width())).on_hover_text("The preset is used for every file with these bones")
    })
    .changed()
    .then_some(Action::Mapping(MappingAction::NameMapping(name)))
}

fn buttons(ui: &mut Ui, editor: &MappingEditor) -> Vec<Action> {
    let mut actions = Vec::new();
    let trouble = editor.trouble_and_help();
    let can = trouble.is_none();
    let why = trouble.unwrap_or_default();
    row(ui, 36.0, |ui| {
        let walks = editor.is_trying();
        let text = if walks { "Back to the figures" } else { "Try a walk" };
        let walk = ui.add_enabled(can, TextButton { text, main: false, min_width: 0.0, height: 34.0 });
        if walk.on_disabled_hover_text(&why).clicked() {
            actions.push(Action::Mapping(MappingAction::TryOut(!walks)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let save = ui.add_enabled(can, TextButton { text: "Save", main: true, min_width: 96.0, height: 34.0 });
            if save.on_disabled_hover_text(&why).clicked() {
                actions.push(Action::Mapping(MappingAction::SaveMapping));
            }
            if ui.add(TextButton { text: "Cancel", main: false, min_width: 0.0, height: 34.0 }).clicked() {
                actions.push(Action::Mapping(MappingAction::LeaveMapping));
            }
        });
    });
    ui.label(faint("Left is green, right is amber"));
    actions
}
