//! Keys, where no text field listens.

use super::Action;
use super::panels::prompt_id;
use super::session::{Dialog, Session, Showing};
use crate::stage::{CameraMove, Figure, ViewAngle};
use bevy_egui::egui::{Context, Event, Key, Modifiers};

/// What the help dialog says of keys and pointer.
pub const KEYS: [(&str, &str); 16] = [
    ("Enter", "write a prompt; generate"),
    ("Shift+Enter", "continue the shown take"),
    ("Esc", "stop generating, leave the prompt, close a dialog"),
    ("Space", "play or pause"),
    ("← →", "one frame; with Shift ten"),
    ("Home  End", "first and last frame"),
    ("↑ ↓  1 … 9", "previous and next take, or the first nine"),
    ("Delete", "remove the shown take"),
    ("L", "loop"),
    ("F", "follow the character"),
    ("B", "character or skeleton"),
    ("Ctrl+1 … 5", "look from front, three-quarter, side, back, top"),
    ("Drag", "turn; with Shift or the right button move; wheel to zoom"),
    ("Ctrl+E", "export"),
    ("F11", "full screen"),
    ("?", "this list"),
];

/// The actions of the keys that were pressed since the last call.
pub fn keys(ctx: &Context, session: &Session) -> Vec<Action> {
    let typing = ctx.text_edit_focused();
    let mut actions = Vec::new();
    let pressed: Vec<(Key, Modifiers)> = ctx.input(|input| {
        let key = |event: &Event| match event {
            Event::Key { key, pressed: true, modifiers, .. } => Some((*key, *modifiers)),
            _ => None,
        };
        input.events.iter().filter_map(key).collect()
    });
    for (key, modifiers) in pressed {
        match key {
            Key::E if modifiers.command => actions.push(Action::OpenExport),
            Key::F11 => actions.push(Action::FullScreen(!session.full_screen)),
            Key::F1 => actions.push(Action::OpenHelp),
            Key::Questionmark if !typing => actions.push(Action::OpenHelp),
            _ if modifiers.command && !typing => actions.extend(view_key(key)),
            // Dialogs close themselves at Escape; a text field lets go of the focus.
            Key::Escape if session.dialog == Dialog::None && !typing && !session.jobs.is_empty() => actions.push(Action::Cancel),
            _ if typing || session.dialog != Dialog::None => {}
            Key::Enter => ctx.memory_mut(|memory| memory.request_focus(prompt_id())),
            _ => actions.extend(plain_key(key, modifiers, session)),
        }
    }
    actions
}

fn plain_key(key: Key, modifiers: Modifiers, session: &Session) -> Option<Action> {
    let frames = if modifiers.shift { 10 } else { 1 };
    let shown = if let Showing::Take(index) = session.showing { Some(index) } else { None };
    Some(match key {
        Key::Space => Action::TogglePlay,
        Key::ArrowLeft => Action::Step(-frames),
        Key::ArrowRight => Action::Step(frames),
        Key::Home => Action::ToStart,
        Key::End => Action::ToEnd,
        Key::ArrowUp => Action::Select(shown?.checked_sub(1)?),
        Key::ArrowDown => Action::Select(shown? + 1),
        Key::Delete => Action::Remove(shown?),
        Key::Num1 | Key::Num2 | Key::Num3 | Key::Num4 | Key::Num5 | Key::Num6 | Key::Num7 | Key::Num8 | Key::Num9 => {
            Action::Select(key as usize - Key::Num1 as usize)
        }
        Key::L => Action::Loop(!session.player.looping()),
        Key::F => Action::Camera(CameraMove::Follow(!session.follow)),
        Key::B if session.figure == Figure::Mannequin => Action::Show(Figure::Skeleton),
        Key::B => Action::Show(Figure::Mannequin),
        _ => return None,
    })
}

/// With Ctrl or Command, the digits choose from where to look.
fn view_key(key: Key) -> Option<Action> {
    let angle = match key {
        Key::Num1 => ViewAngle::Front,
        Key::Num2 => ViewAngle::ThreeQuarter,
        Key::Num3 => ViewAngle::Side,
        Key::Num4 => ViewAngle::Back,
        Key::Num5 => ViewAngle::Top,
        _ => return None,
    };
    Some(Action::Camera(CameraMove::LookFrom(angle)))
}
