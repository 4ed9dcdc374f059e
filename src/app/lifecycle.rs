//! What follows the session each frame, and the window's end.

use super::lost_device::LastWork;
use super::state::State;
use bevy::prelude::*;
use bevy::window::PrimaryWindow;

/// Whether the window is to end, once all is written.
#[derive(Resource, Default)]
pub(super) struct Ending(pub(super) bool);

/// Keeps unsaved work at hand, and tells the window's title.
pub(super) fn follow_session(
    state: Res<'_, State>,
    last_work: Res<'_, LastWork>,
    mut window: Single<'_, '_, &mut Window, With<PrimaryWindow>>,
) {
    last_work.keep(&state);
    let title = state.title();
    if window.title != title {
        window.title = title;
    }
}

/// Ends the window when that is wanted and all is written. It goes on meanwhile: pictures that are drawn need its threads.
pub(super) fn finish(ending: Res<'_, Ending>, mut state: ResMut<'_, State>, mut exit: MessageWriter<'_, AppExit>) {
    if ending.0 && state.end() {
        exit.write(AppExit::Success);
    }
}
