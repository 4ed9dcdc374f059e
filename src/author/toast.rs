//! Messages to the user that come and go by themselves.

/// How long a message stays, seconds; errors and warnings are to be read, notes only noticed.
const NOTE_SECS: f32 = 4.0;
const WARNING_SECS: f32 = 8.0;
const ERROR_SECS: f32 = 12.0;
/// Older messages make room.
const MOST: usize = 4;

/// What kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    /// Something is done.
    Done,
    /// Something to know.
    Warning,
    /// Something went wrong.
    Error,
}

/// A message on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// Its number, for dismissing it.
    pub id: u64,
    /// What kind.
    pub kind: ToastKind,
    /// One line.
    pub text: String,
    left_secs: f32,
}

impl Toast {
    /// How visible it is, 0 to 1: it fades at its end.
    #[must_use]
    pub fn opacity(&self) -> f32 {
        (self.left_secs / 0.4).clamp(0.0, 1.0)
    }
}

/// The messages on the screen, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    list: Vec<Toast>,
    next_id: u64,
    last_error: Option<String>,
}

impl Toasts {
    /// Shows a message. The same text again only stays longer.
    pub fn add(&mut self, kind: ToastKind, text: String) {
        match kind {
            ToastKind::Error => {
                tracing::error!("{text}");
                self.last_error = Some(text.clone());
            }
            ToastKind::Warning => tracing::warn!("{text}"),
            ToastKind::Done => {}
        }
        self.list.retain(|toast| toast.text != text);
        let left_secs = match kind {
            ToastKind::Error => ERROR_SECS,
            ToastKind::Warning => WARNING_SECS,
            ToastKind::Done => NOTE_SECS,
        };
        self.list.push(Toast { id: self.next_id, kind, text, left_secs });
        self.next_id += 1;
        let too_many = self.list.len().saturating_sub(MOST);
        self.list.drain(..too_many);
    }

    /// Takes a message away.
    pub fn dismiss(&mut self, id: u64) {
        self.list.retain(|toast| toast.id != id);
    }

    /// Time goes by.
    pub fn advance(&mut self, delta_secs: f32) {
        for toast in &mut self.list {
            toast.left_secs -= delta_secs;
        }
        self.list.retain(|toast| toast.left_secs > 0.0);
    }

    /// The messages on the screen, oldest first.
    #[must_use]
    pub fn list(&self) -> &[Toast] {
        &self.list
    }

    /// The newest error, whether it is still on the screen or not.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_go_by_themselves_and_errors_stay_longer() {
        let mut toasts = Toasts::default();
        toasts.add(ToastKind::Done, "saved".to_owned());
        toasts.add(ToastKind::Error, "broken".to_owned());
        toasts.advance(NOTE_SECS + 0.1);
        assert_eq!(toasts.list().len(), 1);
        toasts.advance(ERROR_SECS);
        assert!(toasts.list().is_empty());
        assert_eq!(toasts.last_error(), Some("broken"));
    }

    #[test]
    fn the_same_message_is_shown_once_and_old_ones_make_room() {
        let mut toasts = Toasts::default();
        for i in 0..9 {
            toasts.add(ToastKind::Warning, format!("{}", i / 2));
        }
        let texts: Vec<_> = toasts.list().iter().map(|toast| toast.text.as_str()).collect();
        assert_eq!(texts, ["1", "2", "3", "4"]);
    }
}
