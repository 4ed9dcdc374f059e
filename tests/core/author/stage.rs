//! Who and what is on the stage: ghosts, bodies, light.

use super::desk::{run_tasks, session_with};
use glam::Vec3;
use std::sync::Arc;
use zoetrope::author::session::{
    Body, CharacterAction, ClipAction, ComparisonAction, ExportAction, PlayerAction, Session, TakeAction, TimelineAction, ViewAction,
    original_pose_at,
};
use zoetrope::author::toast::ToastKind;
use zoetrope::body::BodyModel;
use zoetrope::motion::{Motion, PARENTS, Pose, rest_positions};
use zoetrope::timeline::{ClipSettings, Provenance, Request, Take};

/// A walk along x with a swinging hip, as it is before and after a clean-up that only lifts it.
fn walked(prompt: &str) -> Take {
    let frame = |lift_m: f32, frame: usize| {
        let mut pose = Pose::REST;
        pose.root_m += Vec3::new(0.03 * frame as f32, lift_m, 0.0);
        pose.local[1] = glam::Quat::from_rotation_x(0.02 * frame as f32);
        pose
    };
    let motion = |lift_m: f32| Motion { frames: (0..60).map(|at| frame(lift_m, at)).collect() };
    let provenance = Provenance { origin: Request::new(prompt).into(), ..Provenance::default() };
    Take { motion: motion(0.02).into(), raw: Some(motion(0.0).into()), provenance }
}

#[test]
fn the_ghost_of_a_take_is_what_it_was_before_its_clean_up() {
    let mut session = Session::with_held_tasks("stand-in");
    session.add_take(walked("a walk"));
    session.apply(TakeAction::Select(0));
    session.apply(PlayerAction::Seek(1.0));
    let (shown, ghost) = (
        session.view().pose_at(session.timeline(), session.view().player().at_secs()).expect("a pose"),
        original_pose_at(session.view(), session.timeline(), session.view().player().at_secs()).expect("a ghost"),
    );
    assert!((shown.root_m - ghost.root_m - Vec3::Y * 0.02).length() < 1e-5);
    assert_eq!(shown.local, ghost.local);
}

#[test]
fn the_ghost_of_a_clip_goes_beside_it_as_it_was_made() {
    let mut session = Session::with_held_tasks("stand-in");
    session.add_take(walked("a walk"));
    for _ in 0..2 {
        session.apply(ClipAction::AddToTimeline(0));
    }
    let settings = ClipSettings { blend_frames: 5, mirror: true, ..ClipSettings::default() };
    session.apply(ClipAction::SetClip { clip: 1, settings: settings.clone() });
    for secs in [2.5, 3.0, 3.8] {
        session.apply(PlayerAction::Seek(secs));
        let (shown, ghost) = (
            session.view().pose_at(session.timeline(), session.view().player().at_secs()).expect("a pose"),
            original_pose_at(session.view(), session.timeline(), session.view().player().at_secs()).expect("a ghost"),
        );
        let way_m = shown.root_m - ghost.root_m;
        // The mirror sends it the other way; the ghost goes the way of the take.
        assert!((way_m.y - 0.02).abs() < 1e-4, "{way_m}");
        assert_eq!(
            ghost.local[1],
            session.timeline().take_at(0).expect("the take").take.raw.as_ref().expect("raw").pose_at(secs - 2.0).local[1]
        );
    }
    session.apply(ClipAction::SetClip { clip: 1, settings: ClipSettings { mirror: false, ..settings } });
    session.apply(PlayerAction::Seek(3.5));
    let (shown, ghost) = (
        session.view().pose_at(session.timeline(), session.view().player().at_secs()).expect("a pose"),
        original_pose_at(session.view(), session.timeline(), session.view().player().at_secs()).expect("a ghost"),
    );
    assert!((shown.root_m - ghost.root_m - Vec3::Y * 0.02).length() < 1e-3, "unedited, it goes where the clip goes");
}

#[test]
fn ghosts_before_and_after_now_stay_within_the_motion() {
    use zoetrope::author::overlays::Overlay;
    use zoetrope::view::{Look, Shown};
    let mut session = Session::with_held_tasks("stand-in");
    session.add_take(walked("a walk"));
    session.apply(TakeAction::Select(0));
    session.apply(ViewAction::Overlay(Overlay::OnionSkin, true));
    session.apply(ViewAction::Overlay(Overlay::RootPath, true));
    session.apply(ViewAction::Overlay(Overlay::FootTrails, true));
    session.apply(PlayerAction::Seek(0.4));
    let mut shown = Shown::default();
    session.scene().fill(&mut shown, session.view().player().at_secs());
    let looks: Vec<Look> = shown.actors.iter().map(|actor| actor.look).collect();
    assert_eq!(looks, [Look::Solid, Look::Before(1), Look::After(1), Look::After(2), Look::After(3)]);
    assert!(shown.actors[1].pose.root_m.x < shown.actors[0].pose.root_m.x);
    assert_eq!((shown.lines.root.len(), shown.lines.feet[0].len()), (60, 37));
    session.apply(ComparisonAction::Compare(vec![0]));
    session.scene().fill(&mut shown, session.view().player().at_secs());
    assert!(shown.lines.root.is_empty() && shown.actors.len() == 1, "nothing stands between those in a row");
}

/// A body half as large again as ours; its first shape number makes it a tenth larger.
fn large_body() -> BodyModel {
    let corners = [Vec3::X, Vec3::NEG_X, Vec3::Y, Vec3::NEG_Y, Vec3::Z, Vec3::NEG_Z];
    let template_m: Vec<Vec3> =
        rest_positions().into_iter().flat_map(|joint_m| corners.map(|corner| 1.5 * joint_m + 0.03 * corner)).collect();
    BodyModel {
        shapes_m: vec![template_m.iter().map(|place_m| 0.1 * place_m).collect()],
        joint_of_vertices: (0..22).map(|joint| (6 * joint..6 * joint + 6).map(|vertex| (vertex, 1.0 / 6.0)).collect()).collect(),
        weights: (0..template_m.len()).map(|vertex| (0..22).map(|joint| f32::from(u8::from(vertex / 6 == joint))).collect()).collect(),
        parents: PARENTS.iter().map(|parent| parent.unwrap_or(0)).collect(),
        pose_shapes: Arc::default(),
        triangles: (0..22).map(|joint| [6 * joint, 6 * joint + 2, 6 * joint + 4]).collect(),
        template_m,
    }
}

#[test]
fn an_own_body_takes_the_mannequins_place_in_exports_until_it_is_dropped() {
    let mut session = Session::with_held_tasks("stand-in");
    session.add_take(walked("a walk"));
    session.apply(TakeAction::Select(0));
    let model = large_body();
    model.check().expect("a body");
    session.put_on_stage(Body::new("body.npz".into(), model, &[]));
    assert!(!session.character().body().expect("a body").shape().is_empty());
    let exported = |session: &mut Session| session.character().character();
    let pelvis_m = |session: &mut Session| exported(session).expect("the body").rig().rest_translations()[0].y;
    let mean_m = pelvis_m(&mut session);
    session.apply(CharacterAction::BodyShape(0, 1.0));
    assert!((pelvis_m(&mut session) / mean_m - 1.1).abs() < 1e-3);
    session.apply(CharacterAction::BodyShape(0, 99.0));
    session.apply(CharacterAction::BodyShape(7, 1.0));
    assert_eq!(session.character().body().expect("a body").shape(), [5.0]);
    session.apply(CharacterAction::DropBody);
    assert!(exported(&mut session).is_none());
    session.apply(CharacterAction::LoadBody("no body.npz".into()));
    assert!(session.busy().working);
    run_tasks(&mut session);
    assert!(session.toasts().list().iter().any(|toast| toast.kind == ToastKind::Error));
}

#[test]
fn the_window_is_as_light_as_the_system_unless_somebody_chose() {
    use zoetrope::author::settings::Appearance;
    use zoetrope::view::{Shown, Studio};
    let mut session = session_with(&[]);
    let studio = |session: &Session| {
        let mut shown = Shown::default();
        session.scene().fill(&mut shown, 0.0);
        shown.studio
    };
    assert_eq!(studio(&session), Studio::Dark);
    session.system_is_light(true);
    assert_eq!(studio(&session), Studio::Light);
    session.apply(ViewAction::Appearance(Appearance::Dark));
    assert_eq!(studio(&session), Studio::Dark);
    session.system_is_light(false);
    session.apply(ViewAction::Appearance(Appearance::Light));
    assert_eq!(studio(&session), Studio::Light);
}

#[test]
fn the_mannequins_colour_and_build_are_shown_and_go_out_and_undo_leaves_them_alone() {
    use zoetrope::view::Shown;
    let mut session = session_with(&["a walk"]);
    session.apply(ClipAction::AddToTimeline(0));
    assert!(session.character().character().is_none(), "as it comes");
    session.apply(CharacterAction::MannequinColor([10, 120, 30]));
    session.apply(CharacterAction::MannequinBuild(7.0));
    session.apply(TimelineAction::Undo);
    assert_eq!((session.settings().character.mannequin.color, session.settings().character.mannequin.build), ([10, 120, 30], 1.0));
    let character = session.character().character().expect("a look of its own");
    let mut shown = Shown::default();
    session.scene().fill(&mut shown, 0.0);
    assert_eq!(shown.actors[0].character.0.as_ref(), Some(&character));
    session.apply(TakeAction::Select(0));
    let folder = tempfile::tempdir().expect("a folder");
    let colors = |session: &mut Session, name: &str| {
        let file = folder.path().join(name);
        session.apply(ExportAction::Export(file.clone()));
        run_tasks(session);
        std::fs::read(file).expect("written")
    };
    let changed = colors(&mut session, "changed.glb");
    session.apply(CharacterAction::MannequinBuild(0.0));
    session.apply(CharacterAction::MannequinColor(zoetrope::body::COLORS[0].1));
    assert!(session.character().character().is_none());
    assert_ne!(colors(&mut session, "usual.glb"), changed);
}
