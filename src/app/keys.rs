//! Keys, where no text field listens. What they do is in the table of [`key_bindings`](crate::author::key_bindings); here are those that
//! depend on what is open.

use super::panels::prompt_id;
use crate::author::Action;
use crate::author::key::{self, Held};
use crate::author::key_bindings::{COMMANDS, PaletteCommand};
use crate::author::session::{
    ClipAction, ComparisonAction, DialogAction, GenerationAction, MappingAction, PlayerAction, RatingAction, SelectionAction, StageTool,
    TakeAction, ViewAction,
};
use crate::author::session::{Dialog, Session};
use crate::rating::Sitting;
use bevy_egui::egui::{Context, Event, Key, Modifiers};
use std::sync::LazyLock;

/// What the list of keys says beside the commands that have one.
const OTHERS: [(&str, &str); 6] = [
    ("Enter", "Write a prompt; generate; add the shown take"),
    ("Shift+Enter", "Continue behind the selected clip"),
    ("Esc", "Stop generating, leave the prompt or the row, select nothing"),
    ("1 … 9", "One of the first takes, or of those side by side"),
    ("Drag", "Turn; with Shift or the right button move; wheel to zoom"),
    ("Ctrl+wheel", "Zoom the timeline; the wheel alone moves it"),
];

/// The list of keys: keys and what they do.
pub static KEYS: LazyLock<Vec<(String, &str)>> = LazyLock::new(|| {
    let commands = COMMANDS.iter().filter(|command| !command.shortcuts.is_empty()).map(|command| (command.key(), command.name));
    OTHERS.iter().map(|(key, meaning)| ((*key).to_owned(), *meaning)).chain(commands).collect()
});

/// The actions of the keys that were pressed since the last call. What was pressed while a text field was listening is its own, also
/// where it has let go of the focus since: a slow frame brings words and Enter at once.
pub fn keys(ctx: &Context, session: &Session, was_typing: bool) -> Vec<Action> {
    // What becomes of work that was left behind is answered first.
    if matches!(session.dialog(), Dialog::Recover { .. }) {
        return Vec::new();
    }
    let typing = was_typing || ctx.text_edit_focused();
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
        let command = command_of(key, modifiers);
        let is_free = !typing && *session.dialog() == Dialog::None;
        if session.sitting().is_some() && !modifiers.command && key != Key::F11 {
            actions.extend(is_free.then(|| rating_key(key, session)).flatten());
            continue;
        }
        if session.mapping().editor().is_some() && key != Key::F11 {
            actions.extend(is_free.then(|| mapping_key(key, modifiers)).flatten());
            continue;
        }
        match key {
            _ if command.is_some_and(|command| command.always || (is_free && modifiers.command)) => {
                actions.extend(command.and_then(|command| command.action(session)));
            }
            Key::F1 if *session.dialog() == Dialog::None => actions.push(Action::Dialog(DialogAction::OpenHelp)),
            Key::Questionmark if is_free => actions.push(Action::Dialog(DialogAction::OpenHelp)),
            // Dialogs close themselves at Escape; a text field lets go of the focus.
            Key::Escape if is_free && !session.generation().jobs().is_empty() => actions.push(Action::Generation(GenerationAction::Cancel)),
            _ if !is_free => {}
            Key::Escape if session.view().comparison().is_some() => actions.push(Action::Comparison(ComparisonAction::SideBySide(false))),
            Key::Escape if session.view().tool() != StageTool::Camera => actions.push(Action::View(ViewAction::Tool(StageTool::Camera))),
            Key::Escape => actions.push(Action::Selection(SelectionAction::SelectNone)),
            // Space and Enter press what has the focus.
            Key::Enter if focused => {}
            Key::Enter if session.shown_index().is_some() => {
                actions.extend(session.shown_index().map(|place| Action::Clips(ClipAction::AddToTimeline(place))));
            }
            Key::Enter => ctx.memory_mut(|memory| memory.request_focus(prompt_id())),
            Key::Num1 | Key::Num2 | Key::Num3 | Key::Num4 | Key::Num5 | Key::Num6 | Key::Num7 | Key::Num8 | Key::Num9
                if !modifiers.command =>
            {
                let place = key as usize - Key::Num1 as usize;
                actions.push(if session.view().comparison().is_some() {
                    Action::Comparison(ComparisonAction::Pick(place))
                } else {
                    Action::Takes(TakeAction::Select(place))
                });
            }
            _ => actions.extend(command.and_then(|command| command.action(session))),
        }
    }
    actions
}

/// The command whose shortcut was pressed.
fn command_of(key: Key, modifiers: Modifiers) -> Option<&'static PaletteCommand> {
    let key = named(key)?;
    let held = Held { command: modifiers.command, shift: modifiers.shift, alt: modifiers.alt };
    COMMANDS.iter().find(|command| command.shortcuts.iter().any(|shortcut| shortcut.is(key, held)))
}

/// A key as shortcuts name it; none for keys that no shortcut can have.
fn named(key: Key) -> Option<key::Key> {
    Some(match key {
        Key::Space => key::Key::Space,
        Key::ArrowLeft => key::Key::Left,
        Key::ArrowRight => key::Key::Right,
        Key::ArrowUp => key::Key::Up,
        Key::ArrowDown => key::Key::Down,
        Key::Home => key::Key::Home,
        Key::End => key::Key::End,
        Key::PageUp => key::Key::PageUp,
        Key::PageDown => key::Key::PageDown,
        Key::Delete => key::Key::Delete,
        Key::OpenBracket => key::Key::Sign('['),
        Key::CloseBracket => key::Key::Sign(']'),
        Key::Plus => key::Key::Sign('+'),
        Key::Minus => key::Key::Sign('-'),
        Key::Equals => key::Key::Sign('='),
        Key::Questionmark => key::Key::Sign('?'),
        // Letters, figures and function keys are called by what is on them.
        key => match key.name() {
            name if name.len() == 1 => key::Key::Sign(name.chars().next()?),
            name => key::Key::F(name.strip_prefix('F')?.parse().ok()?),
        },
    })
}

/// While a mapping is edited, its own steps are taken back.
fn mapping_key(key: Key, modifiers: Modifiers) -> Option<Action> {
    match key {
        Key::Z if modifiers.command && !modifiers.shift => Some(Action::Mapping(MappingAction::UndoMapping)),
        Key::Escape => Some(Action::Mapping(MappingAction::LeaveMapping)),
        _ => None,
    }
}

/// While somebody rates, keys score.
fn rating_key(key: Key, session: &Session) -> Option<Action> {
    let score = |score: u8| {
        session
            .sitting()
            .and_then(Sitting::next_score)
            .map(|(side, criterion)| Action::Rating(RatingAction::Score { side, criterion, score }))
    };
    match key {
        Key::Num1 => score(1),
        Key::Num2 => score(2),
        Key::Num3 => score(3),
        Key::Num4 => score(4),
        Key::Backspace => Some(Action::Rating(RatingAction::Unscore)),
        Key::Enter => Some(Action::Rating(RatingAction::RatePair)),
        Key::Space => Some(Action::Player(PlayerAction::TogglePlay)),
        Key::Home => Some(Action::Player(PlayerAction::ToStart)),
        Key::ArrowLeft => Some(Action::Player(PlayerAction::Step(-1))),
        Key::ArrowRight => Some(Action::Player(PlayerAction::Step(1))),
        _ => None,
    }
}
