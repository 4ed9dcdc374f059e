//! Measured effects on motions that do, or do not do, one plain thing.

use glam::{Quat, Vec3};
use zoetrope::motion::effects::{Ask, Effect, MeasuredAction};
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

fn done(motion: &Motion) -> Vec<MeasuredAction> {
    MeasuredAction::ALL.into_iter().filter(|action| action.is_done_by(motion)).collect()
}

#[test]
fn a_statue_stands_still_and_does_nothing_else() {
    assert_eq!(done(&acting(3.0, |_, _| ())), vec![MeasuredAction::StandStill]);
}

#[test]
fn going_ahead_is_walking_and_going_back_is_not() {
    let walk = |speed: f32| acting(3.0, move |t, pose| pose.root_m.z += speed * t);
    assert!(MeasuredAction::Walk.is_done_by(&walk(1.1)) && !MeasuredAction::Run.is_done_by(&walk(1.1)));
    assert!(MeasuredAction::Run.is_done_by(&walk(3.0)) && !MeasuredAction::Walk.is_done_by(&walk(3.0)));
    assert!(MeasuredAction::WalkBackwards.is_done_by(&walk(-0.8)) && !MeasuredAction::Walk.is_done_by(&walk(-0.8)));
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
    assert!(MeasuredAction::TurnLeft.is_done_by(&left) && !MeasuredAction::TurnRight.is_done_by(&left));
    assert!(MeasuredAction::TurnRight.is_done_by(&right) && !MeasuredAction::TurnLeft.is_done_by(&right));
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
    assert!(MeasuredAction::Wave.is_done_by(&hand(0.4)) && !MeasuredAction::Wave.is_done_by(&hand(0.0)));
    assert!(!MeasuredAction::RaiseBothHands.is_done_by(&hand(0.0)), "it is one hand");
}

#[test]
fn leaning_the_trunk_is_a_bow_and_going_down_is_a_crouch() {
    let bow = acting(3.0, |t, pose| pose.local[Joint::Spine1 as usize] = Quat::from_rotation_x(0.9 * (1.0 * t).sin().max(0.0)));
    assert!(MeasuredAction::Bow.is_done_by(&bow) && !MeasuredAction::Crouch.is_done_by(&bow));
    let crouch = acting(3.0, |t, pose| pose.root_m.y -= 0.5 * (1.0 * t).sin().max(0.0));
    assert!(MeasuredAction::Crouch.is_done_by(&crouch) && !MeasuredAction::Bow.is_done_by(&crouch));
}

#[test]
fn a_straight_leg_in_the_air_is_a_kick_and_both_feet_are_a_jump() {
    let kick = acting(2.0, |t, pose| pose.local[Joint::RHip as usize] = Quat::from_rotation_x(-1.6 * (3.0 * t).sin().max(0.0)));
    assert!(MeasuredAction::Kick.is_done_by(&kick) && !MeasuredAction::Jump.is_done_by(&kick));
    let jump = acting(2.0, |t, pose| pose.root_m.y += 0.3 * (3.0 * t).sin().max(0.0));
    assert!(MeasuredAction::Jump.is_done_by(&jump) && !MeasuredAction::Kick.is_done_by(&jump));
}

#[test]
fn the_shortest_motions_measure_without_panic() {
    for frames in 0..4 {
        let motion = Motion { frames: vec![Pose::REST; frames] };
        for action in MeasuredAction::ALL {
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
    assert!(MeasuredAction::WaveRightHand.is_done_by(&waving) && !MeasuredAction::WaveLeftHand.is_done_by(&waving));
    let raised = acting(3.0, |_, pose| pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z(1.3));
    assert!(MeasuredAction::RaiseLeftHand.is_done_by(&raised) && !MeasuredAction::RaiseRightHand.is_done_by(&raised));
}

#[test]
fn going_sideways_has_a_side() {
    let step = |speed: f32| acting(3.0, move |t, pose| pose.root_m.x += speed * t);
    assert!(MeasuredAction::StepLeft.is_done_by(&step(0.4)) && !MeasuredAction::StepRight.is_done_by(&step(0.4)));
    assert!(MeasuredAction::StepRight.is_done_by(&step(-0.4)) && !MeasuredAction::StepLeft.is_done_by(&step(-0.4)));
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
    assert!(MeasuredAction::WalkAndWave.is_done_by(&going(1.0, 0.4)));
    assert!(!MeasuredAction::WalkAndWave.is_done_by(&going(0.0, 0.4)) && !MeasuredAction::WalkAndWave.is_done_by(&going(1.0, 0.0)));
}

#[test]
fn bounds_are_read_from_a_list_and_nonsense_is_not() {
    let asks = Ask::list("pelvis low ..0.6, forward speed -0.5..1").expect("bounds");
    assert_eq!((asks[0].effect, asks[0].to, asks[1].from, asks[1].to), (Effect::PelvisLow, 0.6, -0.5, 1.0));
    assert!(asks[0].from == f32::NEG_INFINITY);
    for nonsense in ["", "pelvis low", "pelvis low 3", "courage 1..2", "turn 1..two"] {
        assert!(Ask::list(nonsense).is_none(), "{nonsense}");
    }
    let crouching = acting(2.0, |_, pose| pose.root_m.y = 0.5);
    assert!(Ask::all_kept(&asks, &crouching) && !Ask::all_kept(&asks, &acting(2.0, |_, _| ())));
}

/// Both arms from the rest pose to about `swing_rad` ahead of the shoulders' line.
fn ahead(pose: &mut Pose, swing_rad: f32) {
    pose.local[Joint::LShoulder as usize] = Quat::from_rotation_y(-swing_rad);
    pose.local[Joint::RShoulder as usize] = Quat::from_rotation_y(swing_rad);
}

#[test]
fn hands_that_meet_again_and_again_clap() {
    let clapping = acting(3.0, |t, pose| ahead(pose, 1.4 + 0.2 * (9.0 * t).sin()));
    let holding = acting(3.0, |_, pose| ahead(pose, 1.4));
    assert!(Effect::Claps.measure(&clapping) >= 6.0 && Effect::Claps.measure(&holding) < 1.0);
    assert!(Effect::HandAhead.measure(&holding) > 0.4 && Effect::HandAhead.measure(&acting(3.0, |_, _| ())) < 0.2);
    let apart = acting(3.0, |_, pose| ahead(pose, 0.0));
    assert!(Effect::HandsApart.measure(&apart) > 1.2 && Effect::HandsTogether.measure(&apart) > 1.2);
    assert!(Effect::HandsTogether.measure(&clapping) < Effect::HandsTogether.measure(&holding));
    assert!((Effect::HandsApart.measure(&holding) - Effect::HandsTogether.measure(&holding)).abs() < 1e-4);
}

#[test]
fn lying_is_not_sitting_and_ends_low() {
    let lies = acting(2.0, |t, pose| {
        let down = (t / 1.2).min(1.0);
        pose.local[0] = Quat::from_rotation_x(-down * std::f32::consts::FRAC_PI_2);
        pose.root_m.y = 0.935 - 0.8 * down;
    });
    let sits = acting(2.0, |t, pose| pose.root_m.y = 0.935 - 0.4 * (t / 1.2).min(1.0));
    assert!(Effect::Tilt.measure(&lies) > 60.0 && Effect::Tilt.measure(&sits) < 20.0);
    assert!(Effect::MostTilt.measure(&lies) > 80.0);
    assert!(Effect::HeadEnd.measure(&lies) < 0.4 && (Effect::PelvisEnd.measure(&sits) - 0.535).abs() < 0.01);
    assert!((Effect::HeadLow.measure(&lies) - Effect::HeadEnd.measure(&lies)).abs() < 0.1);
}

#[test]
fn who_looks_to_a_side_turns_the_head_and_not_the_body() {
    let looks = |yaw: f32, pitch: f32| {
        acting(2.0, move |_, pose| {
            pose.local[0] = Quat::from_rotation_y(2.0);
            pose.local[Joint::Head as usize] = Quat::from_rotation_y(yaw) * Quat::from_rotation_x(pitch);
        })
    };
    assert!((Effect::HeadTurn.measure(&looks(0.8, 0.0)) - 0.8_f32.to_degrees()).abs() < 1.0);
    assert!((Effect::HeadTurn.measure(&looks(-0.8, 0.0)) + 0.8_f32.to_degrees()).abs() < 1.0);
    assert!(Effect::TrunkTwist.measure(&looks(0.8, 0.0)) < 1.0);
    let twisted = acting(2.0, |_, pose| pose.local[Joint::Spine1 as usize] = Quat::from_rotation_y(-0.6));
    assert!((Effect::TrunkTwist.measure(&twisted) - 0.6_f32.to_degrees()).abs() < 1.0);
    assert!((Effect::HeadPitch.measure(&looks(0.0, 0.5)) - 0.5_f32.to_degrees()).abs() < 1.0, "down");
    assert!((Effect::HeadPitch.measure(&looks(0.0, -0.5)) + 0.5_f32.to_degrees()).abs() < 1.0, "up");
}

#[test]
fn strokes_ways_and_spins_are_counted() {
    let hammering = acting(3.0, |t, pose| pose.local[Joint::RShoulder as usize] = Quat::from_rotation_z(0.6 + 0.6 * (6.0 * t).sin()));
    assert!(Effect::HandStrokes.measure(&hammering) >= 4.0 && Effect::HandSpeed.measure(&hammering) > 1.0);
    let bobbing = acting(3.0, |t, pose| pose.root_m.y += 0.2 * (6.0 * t).sin());
    assert!(Effect::HeadSwings.measure(&bobbing) >= 4.0 && Effect::HandStrokes.measure(&bobbing) >= 4.0);
    let to_and_fro = acting(4.0, |t, pose| {
        pose.root_m.z += (t * 1.5).sin();
        pose.local[0] = Quat::from_rotation_y((t * 1.5).sin());
    });
    assert!(Effect::Way.measure(&to_and_fro) > 3.0 && Effect::Turned.measure(&to_and_fro) > 180.0);
    assert!(Effect::Turn.measure(&to_and_fro).abs() < 60.0);
    let on_one_leg = acting(2.0, |_, pose| pose.local[Joint::LHip as usize] = Quat::from_rotation_x(-1.2));
    assert!(Effect::FootLifted.measure(&on_one_leg) > 0.3 && Effect::FootLifted.measure(&bobbing) < 0.3);
    let at_hips = acting(2.0, |_, pose| {
        for (shoulder, elbow, side) in [(Joint::LShoulder, Joint::LElbow, 1.0), (Joint::RShoulder, Joint::RElbow, -1.0)] {
            pose.local[shoulder as usize] = Quat::from_rotation_z(-side * 0.9);
            pose.local[elbow as usize] = Quat::from_rotation_z(-side * 1.2);
        }
    });
    assert!(Effect::HandsAtHips.measure(&at_hips) < Effect::HandsAtHips.measure(&on_one_leg));
    let at_head = acting(2.0, |_, pose| {
        pose.local[Joint::RShoulder as usize] = Quat::IDENTITY;
        pose.local[Joint::RElbow as usize] = Quat::from_rotation_z(-2.6);
    });
    assert!(Effect::HandAtHead.measure(&at_head) < 0.3 && Effect::HandAtHead.measure(&on_one_leg) > 0.4);
    assert!(Effect::HandLow.measure(&acting(2.0, |_, pose| pose.root_m.y = 0.3)) < 0.4);
}
