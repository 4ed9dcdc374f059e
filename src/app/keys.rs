//! Keys, where no text field listens.

use super::Action;
use super::panels::prompt_id;
use super::session::{Dialog, Session};
use crate::stage::{CameraMove, Figure, ViewAngle};
use bevy_egui::egui::{Context, Event, Key, Modifiers};

/// How much one press of a key zooms.
const KEY_ZOOM: f32 = 1.25;
/// How much one press of a key enlarges text and buttons.
const SCALE_STEP: f32 = 0.125;

/// What the help dialog says of keys and pointer.
pub const KEYS: &[(&str, &str)] = &[
    ("Enter", "write a prompt; generate; add the shown take to the timeline"),
    ("Shift+Enter", "continue behind the selected clip"),
    ("Esc", "stop generating, leave the prompt or the row, select nothing"),
    ("Space", "play or pause"),
    ("← →", "one frame; with Shift ten"),
    ("Home  End", "first and last frame that is played"),
    ("↑ ↓  1 … 9", "previous and next take, or the first nine"),
    ("V", "takes of one prompt side by side; 1 … 9 or a click picks one"),
    ("T", "show the timeline"),
    ("Page Up  Page Down", "previous and next clip; with Shift several"),
    ("Ctrl+A", "select all clips"),
    ("S", "split at the play head"),
    ("[  ]", "begin or end the clip at the play head"),
    ("I  O  X", "play and export from here, up to here, all"),
    ("Alt+← →", "move the selected clips"),
    ("Ctrl+D", "duplicate the selected clips"),
    ("Delete", "remove the selected clips, or the shown take"),
    ("Ctrl+Z  Ctrl+Y", "undo and redo; also Ctrl+Shift+Z"),
    ("R", "find the best loop of the selected clip"),
    ("+  −  0", "zoom the timeline; show all of it"),
    ("L", "play round and round"),
    ("F", "follow the character"),
    ("B", "character or skeleton"),
    ("Ctrl+1 … 5", "look from front, three-quarter, side, back, top"),
    ("Drag", "turn; with Shift or the right button move; wheel to zoom"),
    ("Ctrl+wheel", "zoom the timeline; the wheel alone moves it"),
    ("Ctrl+E", "export what is shown"),
    ("Ctrl+S  Ctrl+O  Ctrl+N", "save the project; open one; begin one; with Shift save as"),
    ("Ctrl+I", "import a motion; files can also be dropped on the window"),
    ("Ctrl++  Ctrl+−  Ctrl+0", "larger and smaller text and buttons"),
    ("Ctrl+Q", "close the window"),
    ("F11", "full screen"),
    ("?", "this list"),
];

/// The actions of the keys that were pressed since the last call.
pub fn keys(ctx: &Context, session: &Session) -> Vec<Action> {
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
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
            Key::S if modifiers.command && modifiers.shift => actions.push(Action::SaveProjectAs),
            Key::S if modifiers.command => actions.push(Action::SaveProject),
            Key::O if modifiers.command => actions.push(Action::OpenProject),
            Key::N if modifiers.command => actions.push(Action::NewProject),
            Key::I if modifiers.command => actions.push(Action::ImportFile),
            Key::Q if modifiers.command => actions.push(Action::Close),
            Key::Plus | Key::Equals if modifiers.command => actions.push(Action::Scale(session.settings.scale + SCALE_STEP)),
            Key::Minus if modifiers.command => actions.push(Action::Scale(session.settings.scale - SCALE_STEP)),
            Key::Num0 if modifiers.command => actions.push(Action::Scale(1.0)),
            Key::F11 => actions.push(Action::FullScreen(!session.full_screen)),
            Key::F1 => actions.push(Action::OpenHelp),
            Key::Questionmark if !typing => actions.push(Action::OpenHelp),
            _ if modifiers.command && !typing && session.dialog == Dialog::None => {
                actions.extend(edit_key(key, modifiers).or_else(|| view_key(key)));
            }
            // Dialogs close themselves at Escape; a text field lets go of the focus.
            Key::Escape if session.dialog == Dialog::None && !typing && !session.jobs.is_empty() => actions.push(Action::Cancel),
            _ if typing || session.dialog != Dialog::None => {}
            Key::Escape if session.row().is_some() => actions.push(Action::SideBySide(false)),
            Key::Escape => actions.push(Action::SelectNone),
            // Space and Enter press what has the focus.
            Key::Enter if focused => {}
            Key::Enter if session.shown_index().is_some() => actions.extend(session.shown_index().map(Action::AddToTimeline)),
            Key::Enter => ctx.memory_mut(|memory| memory.request_focus(prompt_id())),
            _ => actions.extend(plain_key(key, modifiers, session)),
        }
    }
    actions
}

fn plain_key(key: Key, modifiers: Modifiers, session: &Session) -> Option<Action> {
    let frames = if modifiers.shift { 10 } else { 1 };
    let shown = session.shown_index();
    let selected = session.selected_clip();
    let clips = session.clips().len();
    let now_secs = session.player.at_secs();
    let select = if modifiers.shift { Action::SelectTo } else { Action::SelectClip };
    Some(match key {
        Key::ArrowLeft if modifiers.alt => Action::MoveClip { clip: selected?, to: first_selected(session)?.saturating_sub(1) },
        Key::ArrowRight if modifiers.alt => Action::MoveClip { clip: selected?, to: last_selected(session)? + 2 },
        Key::Space => Action::TogglePlay,
        Key::ArrowLeft => Action::Step(-frames),
        Key::ArrowRight => Action::Step(frames),
        Key::Home => Action::ToStart,
        Key::End => Action::ToEnd,
        Key::ArrowUp => Action::Select(shown.map_or(session.take_count(), |index| index).checked_sub(1)?),
        Key::ArrowDown => Action::Select(shown.map_or(0, |index| index + 1)),
        Key::PageUp => select(selected.map_or(clips, |place| place).checked_sub(1)?),
        Key::PageDown => select(selected.map_or(0, |place| place + 1)),
        Key::Delete => shown.map_or(Action::Delete, Action::Remove),
        Key::T => Action::ShowTimeline,
        Key::S => Action::Split,
        Key::OpenBracket => Action::TrimStartHere,
        Key::CloseBracket => Action::TrimEndHere,
        Key::I => Action::InPoint,
        Key::O => Action::OutPoint,
        Key::X => Action::ClearRange,
        Key::R => Action::FindLoop(selected?),
        Key::Plus | Key::Equals => Action::ZoomTimeline { factor: 1.0 / KEY_ZOOM, around: now_secs },
        Key::Minus => Action::ZoomTimeline { factor: KEY_ZOOM, around: now_secs },
        Key::Num0 => Action::FitTimeline,
        Key::Num1 | Key::Num2 | Key::Num3 | Key::Num4 | Key::Num5 | Key::Num6 | Key::Num7 | Key::Num8 | Key::Num9 => {
            let place = key as usize - Key::Num1 as usize;
            if session.row().is_some() { Action::Pick(place) } else { Action::Select(place) }
        }
        Key::V => Action::SideBySide(session.row().is_none()),
        Key::L => Action::Loop(!session.player.looping()),
        Key::F => Action::Camera(CameraMove::Follow(!session.follow)),
        Key::B if session.figure == Figure::Mannequin => Action::Show(Figure::Skeleton),
        Key::B => Action::Show(Figure::Mannequin),
        _ => return None,
    })
}

/// With Ctrl or Command: what is done to the timeline.
fn edit_key(key: Key, modifiers: Modifiers) -> Option<Action> {
    Some(match key {
        Key::Z if modifiers.shift => Action::Redo,
        Key::Z => Action::Undo,
        Key::Y => Action::Redo,
        Key::D => Action::Duplicate,
        Key::A => Action::SelectAll,
        _ => return None,
    })
}

fn first_selected(session: &Session) -> Option<usize> {
    session.clips().iter().position(|clip| session.is_selected(clip.id))
}

fn last_selected(session: &Session) -> Option<usize> {
    session.clips().iter().rposition(|clip| session.is_selected(clip.id))
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
