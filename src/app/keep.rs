//! Keeps what outlives the window, and ends it when that is written.

use super::lost_device::LastWork;
use super::window::{Background, Outbox, State};
use bevy::prelude::*;
use bevy::window::PrimaryWindow;

/// Whether the window is to end, once all is written.
#[derive(Resource, Default)]
pub(super) struct Ending(pub(super) bool);

/// Copies unsaved work and keeps the settings, now and then; tells the window's title.
pub(super) fn keep_safe(
    mut state: ResMut<'_, State>,
    mut background: ResMut<'_, Background>,
    mut outbox: ResMut<'_, Outbox>,
    last_work: Res<'_, LastWork>,
    mut window: Single<'_, '_, &mut Window, With<PrimaryWindow>>,
    time: Res<'_, Time<Real>>,
) {
    last_work.keep(&state);
    outbox.0.extend(state.copy_due(time.delta_secs()));
    background.keep_settings(&state.settings);
    let title = state.title();
    if window.title != title {
        window.title = title;
    }
}

/// Ends the window when that is wanted and all is written, the settings last. It goes on meanwhile: pictures that are drawn need its threads.
pub(super) fn finish(
    ending: Res<'_, Ending>,
    state: Res<'_, State>,
    mut background: ResMut<'_, Background>,
    mut exit: MessageWriter<'_, AppExit>,
) {
    if !ending.0 {
        return;
    }
    background.keep_settings(&state.settings);
    if !background.errands.last() {
        background.autosave.end();
        exit.write(AppExit::Success);
    }
}
