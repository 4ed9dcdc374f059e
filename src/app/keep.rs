//! What outlives the window: copies of unsaved work, and the settings.

use super::errands::Errands;
use super::lost_device::LastWork;
use super::recovery::{self, Orphan, Recovery};
use super::session::Unsaved;
use super::settings::Settings;
use super::window::{Outbox, State};
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use std::path::PathBuf;

/// Where unsaved work is copied, as far as that can be done here.
#[derive(Resource, Default)]
pub(super) struct Safe {
    recovery: Option<Recovery>,
    pub(super) orphan: Option<Orphan>,
}

impl Safe {
    /// A script's window is nobody's work: it offers nothing of others.
    pub(super) fn begin(scripted: bool) -> Self {
        let folder = recovery::folder();
        let recovery = folder.as_deref().and_then(|folder| {
            let fail = |error: &std::io::Error| tracing::warn!("unsaved work cannot be kept safe ({error}): {}", folder.display());
            Recovery::begin(folder).inspect_err(fail).ok()
        });
        let orphan = folder.as_deref().filter(|_| !scripted && recovery.is_some()).and_then(Orphan::newest);
        Self { recovery, orphan }
    }

    pub(super) fn copy(&mut self, unsaved: Unsaved, errands: &mut Errands) {
        if let Some(recovery) = &mut self.recovery {
            // Without the note the copy is only without its name.
            let _ = recovery.note(unsaved.project.as_deref());
            errands.copy(*unsaved.document, unsaved.cast, recovery.copy().to_owned());
        }
    }

    /// Where the last word of this window goes.
    pub(super) fn last_work(&self) -> LastWork {
        LastWork::to_be_copied_to(self.recovery.as_ref().map(|recovery| recovery.copy().to_owned()))
    }

    pub(super) fn forget(&self) {
        self.recovery.iter().for_each(Recovery::forget);
    }

    pub(super) fn recover(&mut self, brings_back: bool, errands: &mut Errands) {
        let (Some(orphan), Some(recovery)) = (self.orphan.take(), &mut self.recovery) else { return };
        if brings_back {
            let project = orphan.project.clone();
            // What could not be taken up is missing then, and is named.
            let _ = recovery.adopt(orphan);
            errands.recover(recovery.copy().to_owned(), project);
        } else {
            orphan.remove();
        }
    }

    pub(super) fn end(&self) {
        self.recovery.iter().for_each(Recovery::end);
    }
}

/// The settings' file, and what it says.
#[derive(Resource)]
pub(super) struct Memory {
    file: Option<PathBuf>,
    written: Settings,
}

impl Memory {
    /// The user's settings, and where they stay. A script has its own window, as it comes.
    pub(super) fn begin(scripted: bool) -> (Self, Settings) {
        let file = Settings::file().filter(|_| !scripted);
        let settings = file.as_deref().map(Settings::read).unwrap_or_default();
        (Self { file, written: settings.clone() }, settings)
    }
}

/// Copies unsaved work and keeps the settings, now and then; tells the window's title.
pub(super) fn keep_safe(
    mut state: ResMut<'_, State>,
    mut errands: ResMut<'_, Errands>,
    mut outbox: ResMut<'_, Outbox>,
    mut memory: ResMut<'_, Memory>,
    last_work: Res<'_, LastWork>,
    mut window: Single<'_, '_, &mut Window, With<PrimaryWindow>>,
    time: Res<'_, Time<Real>>,
) {
    last_work.keep(&state);
    outbox.0.extend(state.copy_due(time.delta_secs()));
    if memory.written != state.settings
        && let Some(file) = memory.file.clone()
    {
        memory.written = state.settings.clone();
        errands.keep(memory.written.clone(), file);
    }
    let title = state.title();
    if window.title != title {
        window.title = title;
    }
}
