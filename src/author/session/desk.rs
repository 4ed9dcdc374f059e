//! What every state of the session reaches: dialog, messages, settings, tasks, and what has to happen outside.

use super::dialog::Dialog;
use super::host::HostCommand;
use super::unmapped::Unread;
use crate::author::settings::Settings;
use crate::author::toast::{ToastKind, Toasts};
use crate::generator::protocol::Command;
use crate::motion::mapping::Presets;
use crate::tasks::Tasks;
use std::path::PathBuf;

/// What every state reaches.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// The open dialog.
    pub(super) dialog: Dialog,
    /// Messages to the user.
    pub(super) toasts: Toasts,
    /// The user's choices.
    pub(super) settings: Settings,
    /// The user's mapping presets.
    pub(super) presets: Presets,
    /// Where they are kept, as far as they are.
    pub(super) presets_folder: Option<PathBuf>,
    /// Work on other threads.
    pub(super) tasks: Tasks,
    /// What has to happen outside, in order.
    pub(super) host: Vec<HostCommand>,
}

impl Desk {
    /// Tells that something is done.
    pub(super) fn done(&mut self, text: impl Into<String>) {
        self.toasts.add(ToastKind::Done, text.into());
    }

    /// Tells something that the user should know.
    pub(super) fn warn(&mut self, text: impl Into<String>) {
        self.toasts.add(ToastKind::Warning, text.into());
    }

    /// Tells what went wrong.
    pub(super) fn fail(&mut self, text: impl Into<String>) {
        self.toasts.add(ToastKind::Error, text.into());
    }

    /// Tells that a file cannot be used; asks whether the user wants to say which of its joints is which, where that would help.
    pub(super) fn unread(&mut self, unread: Unread) {
        if let Some(path) = unread.to_map.filter(|_| self.dialog == Dialog::None) {
            self.dialog = Dialog::Unmapped { path, trouble: unread.message.clone() };
        }
        self.fail(unread.message);
    }

    /// Sends the generator a command.
    pub(super) fn send(&mut self, command: Command) {
        self.host.push(HostCommand::Generator(command));
    }
}
