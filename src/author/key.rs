//! Keys of a keyboard and what is held with them, as shortcuts name them.

use std::fmt;

/// A key that a shortcut can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// What the key writes without anything held, a capital letter for letters.
    Sign(char),
    /// The long one.
    Space,
    /// Arrows and what jumps.
    Left,
    /// To the right.
    Right,
    /// Upwards.
    Up,
    /// Downwards.
    Down,
    /// To the first.
    Home,
    /// To the last.
    End,
    /// A page back.
    PageUp,
    /// A page on.
    PageDown,
    /// Removes.
    Delete,
    /// A function key, from 1.
    F(u8),
}

/// What is held while a key is pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Ctrl, or Command on a Mac.
    pub command: bool,
    /// Shift.
    pub shift: bool,
    /// Alt.
    pub alt: bool,
}

/// A key and what is held with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    key: Key,
    held: Held,
}

impl Shortcut {
    /// A key alone.
    #[must_use]
    pub const fn key(key: Key) -> Self {
        Self { key, held: Held { command: false, shift: false, alt: false } }
    }

    /// The shortcut with Ctrl.
    #[must_use]
    pub const fn with_command(self) -> Self {
        Self { held: Held { command: true, ..self.held }, ..self }
    }

    /// The shortcut with Shift.
    #[must_use]
    pub const fn with_shift(self) -> Self {
        Self { held: Held { shift: true, ..self.held }, ..self }
    }

    /// The shortcut with Alt.
    #[must_use]
    pub const fn with_alt(self) -> Self {
        Self { held: Held { alt: true, ..self.held }, ..self }
    }

    /// Whether this press is it. Shift counts only where it is asked for: on some keyboards it makes the sign.
    #[must_use]
    pub fn is(&self, key: Key, held: Held) -> bool {
        self.key == key && self.held.command == held.command && self.held.alt == held.alt && (held.shift || !self.held.shift)
    }
}

impl fmt::Display for Shortcut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Held { command, shift, alt } = self.held;
        for (held, name) in [(command, "Ctrl+"), (shift, "Shift+"), (alt, "Alt+")] {
            f.write_str(if held { name } else { "" })?;
        }
        f.write_str(match self.key {
            // As wide as the plus.
            Key::Sign('-') => "\u{2212}",
            Key::Sign(sign) => return write!(f, "{sign}"),
            Key::F(number) => return write!(f, "F{number}"),
            Key::Space => "Space",
            Key::Left => "←",
            Key::Right => "→",
            Key::Up => "↑",
            Key::Down => "↓",
            Key::Home => "Home",
            Key::End => "End",
            Key::PageUp => "Page Up",
            Key::PageDown => "Page Down",
            Key::Delete => "Delete",
        })
    }
}
