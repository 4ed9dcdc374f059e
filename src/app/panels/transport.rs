//! The bottom: play head, time, speed and loop.

use super::panel_view::PanelView;
use super::parts::{TextButton, card, choices, divider, row};
use super::timeline::timeline;
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{ACCENT, EDGE, RAISED_BRIGHT, SUNKEN, TEXT, TEXT_FAINT};
use crate::author::Action;
use crate::author::session::{ClipAction, PlayerAction, TimelineAction};
use crate::author::session::{Session, ViewMode};
use crate::motion::FPS;
use bevy_egui::egui::{Align, CornerRadius, Layout, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

pub(super) fn transport(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    card(ui, "transport", |ui| {
        let mut actions = row(ui, 32.0, |ui| contents(ui, view.session));
        if !view.session.timeline().clips().is_empty() {
            actions.extend(timeline(ui, view));
        }
        actions
    })
}

fn contents(ui: &mut Ui, session: &Session) -> Vec<Action> {
    let player = &session.view().player();
    let mut actions = Vec::new();
    ui.spacing_mut().item_spacing.x = 4.0;
    let mut button = |ui: &mut Ui, icon, label, action| {
        if icon_button(ui, icon, label, 28.0, Emphasis::Quiet).clicked() {
            actions.push(action);
        }
    };
    button(ui, Icon::ToStart, "To the start (Home)", Action::Player(PlayerAction::ToStart));
    button(ui, Icon::StepBack, "One frame back (←)", Action::Player(PlayerAction::Step(-1)));
    let (icon, label) = if player.is_playing() { (Icon::Pause, "Pause (Space)") } else { (Icon::Play, "Play (Space)") };
    if icon_button(ui, icon, label, 34.0, Emphasis::Main).clicked() {
        actions.push(Action::Player(PlayerAction::TogglePlay));
    }
    let mut button = |ui: &mut Ui, icon, label, action| {
        if icon_button(ui, icon, label, 28.0, Emphasis::Quiet).clicked() {
            actions.push(action);
        }
    };
    button(ui, Icon::StepForward, "One frame forward (→)", Action::Player(PlayerAction::Step(1)));
    button(ui, Icon::ToEnd, "To the end (End)", Action::Player(PlayerAction::ToEnd));
    ui.add_space(8.0);
    ui.label(RichText::new(format!("{:5.2}", player.at_secs())).monospace().color(TEXT));
    ui.label(RichText::new(format!("/ {:.2} s", player.frames() as f32 / FPS)).monospace().color(TEXT_FAINT));
    ui.add_space(6.0);
    ui.label(RichText::new(format!("frame {}", player.frame())).size(12.0).color(TEXT_FAINT));
    ui.add_space(8.0);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let looping = player.looping();
        if icon_button(ui, Icon::Loop, "Loop (L)", 28.0, if looping { Emphasis::On } else { Emphasis::Quiet }).clicked() {
            actions.push(Action::Player(PlayerAction::Loop(!looping)));
        }
        divider(ui);
        let speeds = [(2.0, "2×"), (1.0, "1×"), (0.5, "½×"), (0.25, "¼×")];
        if let Some(speed) = choices(ui, &speeds, Some(player.speed())) {
            actions.push(Action::Player(PlayerAction::Speed(speed)));
        }
        match session.view().mode() {
            ViewMode::Timeline => actions.extend(tools(ui, session)),
            _ => {
                ui.add_space(4.0);
                if let Some(index) = session.shown_index() {
                    let add = TextButton { text: "Add to timeline", main: true, min_width: 0.0, height: 28.0 };
                    if ui.add(add).on_hover_text("Put this take behind the selected clip, or at the end (Enter)").clicked() {
                        actions.push(Action::Clips(ClipAction::AddToTimeline(index)));
                    }
                    ui.add_space(4.0);
                }
                actions.extend(scrubber(ui, session));
            }
        }
    });
    actions
}

/// What is done to the timeline, from right to left.
fn tools(ui: &mut Ui, session: &Session) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut button = |ui: &mut Ui, icon, label, enabled, action| {
        ui.add_enabled_ui(enabled, |ui| {
            if icon_button(ui, icon, label, 26.0, Emphasis::Quiet).clicked() {
                actions.push(action);
            }
        });
    };
    let (selected, now_secs) = (session.timeline().selected_count() > 0, session.view().player().at_secs());
    divider(ui);
    button(ui, Icon::Plus, "Zoom in (+)", true, Action::Timeline(TimelineAction::ZoomTimeline { factor: 0.8, around: now_secs }));
    button(ui, Icon::Fit, "Show all of the timeline (0)", true, Action::Timeline(TimelineAction::FitTimeline));
    button(ui, Icon::Minus, "Zoom out (−)", true, Action::Timeline(TimelineAction::ZoomTimeline { factor: 1.25, around: now_secs }));
    divider(ui);
    button(ui, Icon::Close, "Play and export all (X)", session.timeline().range().is_some(), Action::Timeline(TimelineAction::ClearRange));
    button(ui, Icon::OutPoint, "Play and export up to here (O)", true, Action::Timeline(TimelineAction::OutPoint));
    button(ui, Icon::InPoint, "Play and export from here (I)", true, Action::Timeline(TimelineAction::InPoint));
    divider(ui);
    button(ui, Icon::Copy, "Duplicate the selected clips (Ctrl+D)", selected, Action::Clips(ClipAction::Duplicate));
    button(ui, Icon::Split, "Split at the play head (S)", true, Action::Clips(ClipAction::Split));
    divider(ui);
    button(ui, Icon::Redo, "Redo (Ctrl+Y)", session.timeline().document().can_redo(), Action::Timeline(TimelineAction::Redo));
    button(ui, Icon::Undo, "Undo (Ctrl+Z)", session.timeline().document().can_undo(), Action::Timeline(TimelineAction::Undo));
    actions
}

/// The track: what there is, what is still being made, and the play head.
fn scrubber(ui: &mut Ui, session: &Session) -> Vec<Action> {
    let player = &session.view().player();
    let (place, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::slider(true, f64::from(player.at_secs()), "Play head"));
    let track = Rect::from_center_size(place.center(), vec2(place.width() - 12.0, 6.0));
    let total_frames = expected_frames(session).max(player.frames()).max(1);
    let last_frame = (total_frames - 1).max(1) as f32;
    let x_of = |frame: f32| track.left() + track.width() * (frame / last_frame).clamp(0.0, 1.0);

    let painter = ui.painter();
    painter.rect_filled(track, CornerRadius::same(3), SUNKEN);
    for second in 1..=(last_frame / FPS) as usize {
        let x = x_of(second as f32 * FPS);
        painter.vline(x, track.bottom() + 3.0..=track.bottom() + 7.0, Stroke::new(1.0, EDGE));
    }
    if player.frames() > 0 {
        let ready = Rect::from_min_max(track.min, pos2(x_of(player.frames() as f32 - 1.0), track.bottom()));
        painter.rect_filled(ready, CornerRadius::same(3), RAISED_BRIGHT);
        let head = pos2(x_of(player.at_secs() * FPS), track.center().y);
        let played = Rect::from_min_max(track.min, pos2(head.x, track.bottom()));
        painter.rect_filled(played, CornerRadius::same(3), ACCENT);
        let radius = if response.hovered() || response.dragged() { 8.0 } else { 6.5 };
        painter.circle_filled(head, radius, TEXT);
    }

    let mut actions = Vec::new();
    if let Some(pointer) = response.interact_pointer_pos() {
        let secs = (pointer.x - track.left()) / track.width() * last_frame / FPS;
        if response.dragged() {
            actions.push(Action::Player(PlayerAction::Scrub(secs)));
        } else if response.clicked() {
            actions.push(Action::Player(PlayerAction::Scrub(secs)));
            actions.push(Action::Player(PlayerAction::EndScrub));
        }
    }
    if response.drag_stopped() {
        actions.push(Action::Player(PlayerAction::EndScrub));
    }
    actions
}

/// How long the motion under way can become, in frames; 0 when all of it is there.
fn expected_frames(session: &Session) -> usize {
    let ViewMode::Preview { job, .. } = &session.view().mode() else { return 0 };
    let Some(job) = session.generation().jobs().iter().find(|running| running.id() == *job) else { return 0 };
    job.expected_frames(session.view().player().frames())
}
