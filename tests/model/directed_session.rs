//! A whole session that directs the built-in model, without a window.

use super::desk::Desk;
use std::time::Duration;
use zoetrope::author::session::{
    ClipAction, ConstraintAction, DraftAction, ExportAction, GenerationAction, PlayerAction, PoseAction, ProjectAction, SelectionAction,
    TimelineAction,
};
use zoetrope::formats;
use zoetrope::generator::{PipelineBackend, Worker};
use zoetrope::library::STARTER;
use zoetrope::motion::path::{Curve, travel};
use zoetrope::motion::{Joint, Motion};

/// A development build makes a motion in some seconds.
const PATIENCE: Duration = Duration::from_secs(400);

fn worst_m(one: &Motion, other: &Motion) -> f32 {
    assert_eq!(one.len(), other.len());
    let frames = one.frames.iter().zip(&other.frames);
    let off = frames.flat_map(|(one, other)| std::iter::zip(one.world().positions_m, other.world().positions_m));
    off.map(|(one, other)| one.distance(other)).fold(0.0, f32::max)
}

#[test]
fn a_path_a_pose_a_bridge_and_a_part_anew_are_undone_done_again_saved_opened_and_exported() {
    let folder = tempfile::tempdir().expect("a folder");
    let worker = Worker::spawn(PipelineBackend::new).expect("a thread");
    let mut desk = Desk::with_worker(worker, STARTER, PATIENCE);
    let motion = |desk: &Desk| desk.session.timeline().chain().motion().clone();

    // A path.
    desk.act(ConstraintAction::DrawPath(vec![[0.0, 0.0], [0.0, 1.5], [1.5, 2.5]]));
    desk.act(DraftAction::Candidates(Some(2)));
    desk.prompt("a person walks");
    desk.until_idle();
    let places = desk.session.timeline().constraints().places_m().expect("a path");
    let curve = Curve::rounded(&places, 0.3).expect("a curve");
    let way = travel(&motion(&desk));
    let off_m = way.iter().map(|place| curve.distance_m(*place)).sum::<f32>() / way.len() as f32;
    assert!(off_m < 0.03, "{off_m} m beside the path");

    // A hand at a time.
    desk.act(PlayerAction::Seek(1.0));
    let to = motion(&desk).frames[30].world().positions_m[Joint::LWrist as usize] + glam::vec3(0.0, 0.4, 0.1);
    desk.act(PoseAction::MoveJoint { joint: Joint::LWrist, to: to.to_array() });
    assert!(motion(&desk).frames[30].world().positions_m[Joint::LWrist as usize].distance(to) < 1e-3);

    // What leads over to another clip.
    desk.act(ConstraintAction::ClearConstraints);
    desk.prompt("a person waves");
    desk.until_idle();
    desk.act(ClipAction::AddToTimeline(1));
    desk.act(SelectionAction::SelectClip(0));
    desk.act(DraftAction::Prompt(String::new()));
    desk.act(GenerationAction::Between(0.8));
    desk.until_idle();
    assert_eq!(desk.session.timeline().clips().len(), 3, "{:?}", desk.toast_texts());
    assert_eq!(desk.session.timeline().clips()[1].frames(), 24);

    // A part anew.
    let before = motion(&desk);
    desk.act(SelectionAction::SelectNone);
    for (frame, edge) in [(40, TimelineAction::InPoint), (51, TimelineAction::OutPoint)] {
        desk.act(PlayerAction::Seek(frame as f32 / 30.0));
        desk.act(edge);
    }
    desk.act(DraftAction::Prompt("a person jumps".to_owned()));
    desk.act(GenerationAction::RedoPart);
    desk.until_idle();
    desk.act(TimelineAction::ClearRange);
    let after = motion(&desk);
    assert_eq!(
        (&after.frames[..40], &after.frames[52..]),
        (&before.frames[..40], &before.frames[52..]),
        "the rest stays as and where it is"
    );
    assert_ne!(after.frames[40..52], before.frames[40..52]);

    // All of it taken back, and done again.
    while desk.session.timeline().document().can_undo() {
        desk.act(TimelineAction::Undo);
    }
    assert!(motion(&desk).is_empty() && desk.session.timeline().constraints().is_empty());
    while desk.session.timeline().document().can_redo() {
        desk.act(TimelineAction::Redo);
    }
    assert!(motion(&desk) == after);

    // Saved, opened, exported.
    let (project, glb) = (folder.path().join("directed.zoetrope"), folder.path().join("directed.glb"));
    desk.act(ProjectAction::Save(project.clone()));
    desk.until_idle();
    desk.act(ProjectAction::NewProject);
    assert!(motion(&desk).is_empty());
    desk.act(ProjectAction::Open(project));
    desk.until_idle();
    assert!(motion(&desk) == after, "{:?}", desk.toast_texts());
    desk.act(ExportAction::Export(glb.clone()));
    desk.until_idle();
    let off_m = worst_m(&formats::read(&glb).expect("a file"), &after);
    assert!(off_m < 1e-3, "{off_m} m between file and stage");
}
