//! Measured effects on motions that do, or do not do, one plain thing.

use glam::{Quat, Vec3};
use zoetrope::motion::effects::{Action, Effect};
use zoetrope::motion::{FPS, Joint, Motion, Pose};

fn acting(secs: f32, pose: impl Fn(f32, &mut Pose)) -> Motion {
    let frame = |frame: usize| {
        let mut posed = Pose::REST;
        posed.local[Joint::LShoulder as usize] = Quat::from_rotation_z(-1.3);
        posed.local[Joint::RShoulder as usize] = Quat::from_rotation_z(1.3);
        pose(frame as f32 / FPS, &mut posed);
        posed
    };
    Motion { frames: (0..(secs * FPS) as usize).map(frame).collect() }
}

fn done(motion: &Motion) -> Vec<Action> {
    Action::ALL.into_iter().filter(|action| action.is_done_by(motion)).collect()
}

#[test]
fn a_statue_stands_still_and_does_nothing_else() {
    assert_eq!(done(&acting(3.0, |_, _| ())), vec![Action::StandStill]);
}

#[test]
fn going_ahead_is_walking_and_going_back_is_not() {
    let walk = |speed: f32| acting(3.0, move |t, pose| pose.root_m.z += speed * t);
    assert!(Action::Walk.is_done_by(&walk(1.1)) && !Action::Run.is_done_by(&walk(1.1)));
    assert!(Action::Run.is_done_by(&walk(3.0)) && !Action::Walk.is_done_by(&walk(3.0)));
    assert!(Action::WalkBackwards.is_done_by(&walk(-0.8)) && !Action::Walk.is_done_by(&walk(-0.8)));
}

#[test]
fn left_and_right_do_not_change_places() {
    let turning = |rate: f32| {
        acting(2.0, move |t, pose| {
            let yaw_rad = rate * t;
            pose.local[0] = Quat::from_rotation_y(yaw_rad);
            pose.root_m += Vec3::new(1.0 - yaw_rad.cos(), 0.0, yaw_rad.sin()) / rate;
        })
    };
    let (left, right) = (turning(0.8), turning(-0.8));
    assert!(Action::TurnLeft.is_done_by(&left) && !Action::TurnRight.is_done_by(&left));
    assert!(Action::TurnRight.is_done_by(&right) && !Action::TurnLeft.is_done_by(&right));
    assert!((Effect::Turn.measure(&left) - (0.8 * 59.0 / 30.0_f32).to_degrees()).abs() < 0.1);
    let spinning = turning(4.0);
    assert!(Effect::Turn.measure(&spinning) > 360.0, "more than a full turn is counted on");
}

#[test]
fn a_raised_hand_waves_only_if_it_swings() {
    let hand = |swing: f32| {
        acting(3.0, move |t, pose| {
            pose.local[Joint::RShoulder as usize] = Quat::from_rotation_z(-0.5);
            pose.local[Joint::RElbow as usize] = Quat::from_rotation_z(-1.0 + swing * (8.0 * t).sin());
        })
    };
    assert!(Action::Wave.is_done_by(&hand(0.4)) && !Action::Wave.is_done_by(&hand(0.0)));
    assert!(!Action::RaiseBothHands.is_done_by(&hand(0.0)), "it is one hand");
}

#[test]
fn leaning_the_trunk_is_a_bow_and_going_down_is_a_crouch() {
    let bow = acting(3.0, |t, pose| pose.local[Joint::Spine1 as usize] = Quat::from_rotation_x(0.9 * (1.0 * t).sin().max(0.0)));
    assert!(Action::Bow.is_done_by(&bow) && !Action::Crouch.is_done_by(&bow));
    let crouch = acting(3.0, |t, pose| pose.root_m.y -= 0.5 * (1.0 * t).sin().max(0.0));
    assert!(Action::Crouch.is_done_by(&crouch) && !Action::Bow.is_done_by(&crouch));
}

#[test]
fn a_straight_leg_in_the_air_is_a_kick_and_both_feet_are_a_jump() {
    let kick = acting(2.0, |t, pose| pose.local[Joint::RHip as usize] = Quat::from_rotation_x(-1.6 * (3.0 * t).sin().max(0.0)));
    assert!(Action::Kick.is_done_by(&kick) && !Action::Jump.is_done_by(&kick));
    let jump = acting(2.0, |t, pose| pose.root_m.y += 0.3 * (3.0 * t).sin().max(0.0));
    assert!(Action::Jump.is_done_by(&jump) && !Action::Kick.is_done_by(&jump));
}

#[test]
fn the_shortest_motions_measure_without_panic() {
    for frames in 0..4 {
        let motion = Motion { frames: vec![Pose::REST; frames] };
        for action in Action::ALL {
            assert!(action.asks().iter().all(|ask| ask.effect.measure(&motion).is_finite()), "{}", action.name());
        }
    }
}

#[test]
fn one_hand_is_not_the_other() {
    let waving = acting(3.0, |t, pose| {
        pose.local[Joint::RShoulder as usize] = Quat::from_rotation_z(-0.5);
        pose.local[Joint::RElbow as usize] = Quat::from_rotation_z(-1.0 + 0.4 * (8.0 * t).sin());
    });
    assert!(Action::WaveRightHand.is_done_by(&waving) && !Action::WaveLeftHand.is_done_by(&waving));
    let raised = acting(3.0, |_, pose| pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z(1.3));
    assert!(Action::RaiseLeftHand.is_done_by(&raised) && !Action::RaiseRightHand.is_done_by(&raised));
}

#[test]
fn going_sideways_has_a_side() {
    let step = |speed: f32| acting(3.0, move |t, pose| pose.root_m.x += speed * t);
    assert!(Action::StepLeft.is_done_by(&step(0.4)) && !Action::StepRight.is_done_by(&step(0.4)));
    assert!(Action::StepRight.is_done_by(&step(-0.4)) && !Action::StepLeft.is_done_by(&step(-0.4)));
}

#[test]
fn waving_on_the_way_is_both_at_once() {
    let going = |speed: f32, swing: f32| {
        acting(3.0, move |t, pose| {
            pose.root_m.z += speed * t;
            pose.local[Joint::RShoulder as usize] = Quat::from_rotation_z(-0.5);
            pose.local[Joint::RElbow as usize] = Quat::from_rotation_z(-1.0 + swing * (8.0 * t).sin());
        })
    };
    assert!(Action::WalkAndWave.is_done_by(&going(1.0, 0.4)));
    assert!(!Action::WalkAndWave.is_done_by(&going(0.0, 0.4)) && !Action::WalkAndWave.is_done_by(&going(1.0, 0.0)));
}
