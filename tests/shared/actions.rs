//! An action of every kind there is.

use glam::Vec3;
use rand::Rng;
use rand::rngs::StdRng;
use zoetrope::author::Action;
use zoetrope::author::export::{ExportChoices, ExportOf};
use zoetrope::author::overlays::Overlay;
use zoetrope::author::session::{
    CharacterAction, ClipAction, ComparisonAction, ConstraintAction, DialogAction, DraftAction, ExportAction, FormAction, GenerationAction,
    ImportForm, ImportPart, MappingAction, ModelAction, PlayerAction, PoseAction, ProjectAction, RatingAction, SelectionAction, StageTool,
    TakeAction, TimelineAction, ViewAction,
};
use zoetrope::author::settings::Appearance;
use zoetrope::motion::Joint;
use zoetrope::motion::cleanup::ContactEdit;
use zoetrope::motion::layer::PoseOffset;
use zoetrope::motion::mapping::Fingers;
use zoetrope::timeline::{ClipSettings, End, PoseKey, PoseLayer, Sampling};
use zoetrope::view::{CameraMove, Figure, Quality};

/// The kind of action with models behind this one.
fn next_model_action(action: &ModelAction) -> Action {
    let model = || "another".to_owned();
    Action::Models(match action {
        ModelAction::Menu => ModelAction::Choose(model()),
        ModelAction::Choose(_) => ModelAction::Switch { model: model(), stopping: true },
        ModelAction::Switch { .. } => ModelAction::CancelLoad,
        ModelAction::CancelLoad => ModelAction::OpenGet,
        ModelAction::OpenGet => ModelAction::Accept { offer: model(), accepted: true },
        ModelAction::Accept { .. } => ModelAction::Mirror("http://localhost:1".to_owned()),
        ModelAction::Mirror(_) => ModelAction::Fetch { offer: model(), base: None },
        ModelAction::Fetch { .. } => ModelAction::OpenImport,
        ModelAction::OpenImport => ModelAction::Form(FormAction::Set(ImportForm { name: model(), ..ImportForm::default() })),
        ModelAction::Form(FormAction::Set(_)) => ModelAction::Form(FormAction::Browse(ImportPart::Mean)),
        ModelAction::Form(FormAction::Browse(_)) => ModelAction::Form(FormAction::Part(ImportPart::Mean, "mean.npy".into())),
        ModelAction::Form(FormAction::Part(..)) => ModelAction::Import,
        ModelAction::Import => ModelAction::CancelWork,
        ModelAction::CancelWork => ModelAction::AskRemove(model()),
        ModelAction::AskRemove(_) => ModelAction::Remove(model()),
        ModelAction::Remove(_) => return Action::Generation(GenerationAction::Generate),
    })
}

/// The kind of action with mappings behind this one.
fn next_mapping_action(action: &MappingAction) -> Action {
    Action::Mapping(match action {
        MappingAction::EditMapping => MappingAction::EditMappingOf("me.glb".into()),
        MappingAction::EditMappingOf(_) => MappingAction::ChoosePart(Joint::LKnee),
        MappingAction::ChoosePart(_) => MappingAction::AssignJoint(Joint::Head, Some("head".to_owned())),
        MappingAction::AssignJoint(..) => MappingAction::ExchangeSides,
        MappingAction::ExchangeSides => MappingAction::ResetMapping,
        MappingAction::ResetMapping => MappingAction::UndoMapping,
        MappingAction::UndoMapping => MappingAction::TryOut(true),
        MappingAction::TryOut(_) => MappingAction::NameMapping("me".to_owned()),
        MappingAction::NameMapping(_) => MappingAction::SaveMapping,
        MappingAction::SaveMapping | MappingAction::LeaveMapping => MappingAction::LeaveMapping,
    })
}

/// The kind of action with poses behind this one.
fn next_pose_action(action: &PoseAction, rng: &mut StdRng) -> Action {
    let joint = Joint::ALL[rng.random_range(0..Joint::ALL.len())];
    let to = [rng.random_range(-1.0..1.0), rng.random_range(0.0..2.0), rng.random_range(-1.0..1.0)];
    let (clip, from, to_frame) = (rng.random_range(0..3), rng.random_range(0..60), rng.random_range(0..90));
    Action::Pose(match action {
        PoseAction::SelectJoint(_) => PoseAction::MoveJoint { joint, to },
        PoseAction::MoveJoint { .. } => PoseAction::DragJoint { joint, to },
        PoseAction::DragJoint { .. } => PoseAction::ReleaseJoint,
        PoseAction::ReleaseJoint => PoseAction::MirrorPose,
        PoseAction::MirrorPose => PoseAction::CopyPose,
        PoseAction::CopyPose => PoseAction::PastePose,
        PoseAction::PastePose => PoseAction::SelectKey { clip, frame: from },
        PoseAction::SelectKey { .. } => PoseAction::MoveKey { clip, from, to: to_frame },
        PoseAction::MoveKey { .. } => PoseAction::CopyKey { clip, from, to: to_frame },
        PoseAction::CopyKey { .. } | PoseAction::DeleteKey => PoseAction::DeleteKey,
    })
}

/// The kind of action with what the next take has to meet behind this one.
fn next_constraint_action(action: &ConstraintAction, rng: &mut StdRng) -> Action {
    let (place, secs) = (rng.random_range(0..4), rng.random_range(-1.0..4.0));
    let at = [rng.random_range(-3.0..3.0), rng.random_range(-3.0..3.0)];
    Action::Constraints(match action {
        ConstraintAction::DrawPath(_) => ConstraintAction::AddPoint { before: place, at },
        ConstraintAction::AddPoint { .. } => ConstraintAction::MovePoint { point: place, to: at },
        ConstraintAction::MovePoint { .. } => ConstraintAction::DragPoint { point: place, to: at },
        ConstraintAction::DragPoint { .. } => ConstraintAction::ReleasePoint,
        ConstraintAction::ReleasePoint => ConstraintAction::PointTime { point: place, secs: Some(secs) },
        ConstraintAction::PointTime { .. } => ConstraintAction::RemovePoint(place),
        ConstraintAction::RemovePoint(_) => ConstraintAction::ClearPath,
        ConstraintAction::ClearPath => ConstraintAction::AddTarget(secs),
        ConstraintAction::AddTarget(_) => ConstraintAction::MoveTarget { target: place, secs },
        ConstraintAction::MoveTarget { .. } => ConstraintAction::RemoveTarget(place),
        ConstraintAction::RemoveTarget(_) => ConstraintAction::EndAt(Some(End { x: Some(at[0]), z: None, facing_deg: Some(90.0 * secs) })),
        ConstraintAction::EndAt(_) => ConstraintAction::LoadConstraints("path.json".into()),
        ConstraintAction::LoadConstraints(_) | ConstraintAction::ClearConstraints => ConstraintAction::ClearConstraints,
    })
}

/// The kind of action behind this one; none behind the last. It has to name every kind there is.
fn next_kind(action: &Action, rng: &mut StdRng) -> Option<Action> {
    let place = rng.random_range(0..6);
    let secs = rng.random_range(-1.0..4.0);
    let mut layer = PoseLayer::default();
    layer.is_muted = rng.random_bool(0.2);
    let raised = PoseOffset { root_m: Vec3::Y * rng.random_range(-0.2..0.2), ..PoseOffset::default() };
    layer.set(PoseKey { frame: rng.random_range(0..200), offset: raised, ease_in: rng.random_range(0..500), ease_out: 3 });
    let settings = ClipSettings {
        speed: rng.random_range(0.0..3.0),
        mirror: rng.random_bool(0.3),
        in_place: rng.random_bool(0.2),
        loops: rng.random_range(0..3),
        returns: rng.random_bool(0.3),
        foot_lock: if rng.random_bool(0.2) { 0.7 } else { 0.0 },
        smoothing: if rng.random_bool(0.2) { 0.5 } else { 0.0 },
        facing_deg: rng.random_range(-400.0..400.0),
        offset_m: [rng.random_range(-2.0..2.0), 0.1],
        blend_frames: rng.random_range(0..99),
        contacts: vec![ContactEdit { foot: rng.random_range(0..3), frames: place..9, touches: rng.random() }],
        layer,
    };
    Some(match action {
        Action::Draft(DraftAction::Prompt(_)) => Action::Draft(DraftAction::Seed(rng.random())),
        Action::Draft(DraftAction::Seed(_)) => Action::Draft(DraftAction::Seconds(Some(secs))),
        Action::Draft(DraftAction::Seconds(_)) => Action::Draft(DraftAction::Variations(place as u32)),
        Action::Draft(DraftAction::Variations(_)) => Action::Draft(DraftAction::Literal(rng.random())),
        Action::Draft(DraftAction::Literal(_)) => Action::Draft(DraftAction::Candidates(Some(place as u32 * 40))),
        Action::Draft(DraftAction::Candidates(_)) => {
            Action::Draft(DraftAction::Sampling(Sampling { temperature: Some(f32::NAN), top_k: Some(place), ..Sampling::default() }))
        }
        Action::Draft(DraftAction::Sampling(_)) => Action::Dialog(DialogAction::OpenSampling),
        Action::Dialog(DialogAction::OpenSampling) => Action::Draft(DraftAction::Rewriter(Some("llama.gguf".into()))),
        Action::Draft(DraftAction::Rewriter(_)) => Action::Draft(DraftAction::Rewrite),
        Action::Draft(DraftAction::Rewrite) => Action::Models(ModelAction::Menu),
        Action::Models(action) => next_model_action(action),
        Action::Generation(GenerationAction::Generate) => Action::Generation(GenerationAction::Continue),
        Action::Generation(GenerationAction::Continue) => Action::Generation(GenerationAction::LayOut),
        Action::Generation(GenerationAction::LayOut) => Action::Generation(GenerationAction::Between(secs)),
        Action::Generation(GenerationAction::Between(_)) => Action::Generation(GenerationAction::RedoPart),
        Action::Generation(GenerationAction::RedoPart) => Action::Generation(GenerationAction::Cancel),
        Action::Generation(GenerationAction::Cancel) => Action::Takes(TakeAction::Select(place)),
        Action::Takes(TakeAction::Select(_)) => Action::Takes(TakeAction::Remove(place)),
        Action::Takes(TakeAction::Remove(_)) => Action::Generation(GenerationAction::Again(place)),
        Action::Generation(GenerationAction::Again(_)) => Action::Generation(GenerationAction::Anew),
        Action::Generation(GenerationAction::Anew) => Action::Takes(TakeAction::RemoveSliding(place)),
        Action::Takes(TakeAction::RemoveSliding(_)) => Action::Takes(TakeAction::Favourite(place, rng.random())),
        Action::Takes(TakeAction::Favourite(..)) => Action::Takes(TakeAction::Search("walk".to_owned())),
        Action::Takes(TakeAction::Search(_)) => Action::Takes(TakeAction::OnlyFavourites(rng.random())),
        Action::Takes(TakeAction::OnlyFavourites(_)) => Action::Comparison(ComparisonAction::Compare(vec![place, 0, place / 2])),
        Action::Comparison(ComparisonAction::Compare(_)) => Action::Comparison(ComparisonAction::CompareAlso(place)),
        Action::Comparison(ComparisonAction::CompareAlso(_)) => Action::Comparison(ComparisonAction::SideBySide(rng.random())),
        Action::Comparison(ComparisonAction::SideBySide(_)) => Action::Comparison(ComparisonAction::Pick(place / 2)),
        Action::Comparison(ComparisonAction::Pick(_)) => Action::Timeline(TimelineAction::ShowTimeline),
        Action::Timeline(TimelineAction::ShowTimeline) => Action::Clips(ClipAction::AddToTimeline(place)),
        Action::Clips(ClipAction::AddToTimeline(_)) => Action::Clips(ClipAction::Insert { take: place, at: place / 2 }),
        Action::Clips(ClipAction::Insert { .. }) => Action::Selection(SelectionAction::SelectClip(place)),
        Action::Selection(SelectionAction::SelectClip(_)) => Action::Selection(SelectionAction::SelectAlso(place)),
        Action::Selection(SelectionAction::SelectAlso(_)) => Action::Selection(SelectionAction::SelectTo(place)),
        Action::Selection(SelectionAction::SelectTo(_)) => Action::Selection(SelectionAction::SelectAll),
        Action::Selection(SelectionAction::SelectAll) => Action::Selection(SelectionAction::SelectNone),
        Action::Selection(SelectionAction::SelectNone) => {
            Action::Clips(ClipAction::SetContact { foot: place, from: secs, to: 1.0, touches: rng.random() })
        }
        Action::Clips(ClipAction::SetContact { .. }) => Action::Clips(ClipAction::Split),
        Action::Clips(ClipAction::Split) => Action::Clips(ClipAction::Trim { clip: place, from: secs, to: secs + 0.5 }),
        Action::Clips(ClipAction::Trim { .. }) => Action::Clips(ClipAction::DragTrim { clip: place, from: secs, to: 2.0 - secs }),
        Action::Clips(ClipAction::DragTrim { .. }) => Action::Clips(ClipAction::TrimStartHere),
        Action::Clips(ClipAction::TrimStartHere) => Action::Clips(ClipAction::TrimEndHere),
        Action::Clips(ClipAction::TrimEndHere) => Action::Clips(ClipAction::SetClip { clip: place, settings }),
        Action::Clips(ClipAction::SetClip { .. }) => Action::Clips(ClipAction::DragClip { clip: place, settings }),
        Action::Clips(ClipAction::DragClip { .. }) => Action::Clips(ClipAction::Release),
        Action::Clips(ClipAction::Release) => Action::Clips(ClipAction::Duplicate),
        Action::Clips(ClipAction::Duplicate) => Action::Clips(ClipAction::Delete),
        Action::Clips(ClipAction::Delete) => Action::Clips(ClipAction::MoveClip { clip: place, to: rng.random_range(0..9) }),
        Action::Clips(ClipAction::MoveClip { .. }) => Action::Timeline(TimelineAction::InPoint),
        Action::Timeline(TimelineAction::InPoint) => Action::Timeline(TimelineAction::OutPoint),
        Action::Timeline(TimelineAction::OutPoint) => Action::Timeline(TimelineAction::ClearRange),
        Action::Timeline(TimelineAction::ClearRange) => Action::Clips(ClipAction::FindLoop(place)),
        Action::Clips(ClipAction::FindLoop(_)) => Action::Timeline(TimelineAction::Undo),
        Action::Timeline(TimelineAction::Undo) => Action::Timeline(TimelineAction::Redo),
        Action::Timeline(TimelineAction::Redo) => {
            Action::Timeline(TimelineAction::ZoomTimeline { factor: rng.random_range(-1.0..3.0), around: secs })
        }
        Action::Timeline(TimelineAction::ZoomTimeline { .. }) => Action::Timeline(TimelineAction::ScrollTimeline(secs)),
        Action::Timeline(TimelineAction::ScrollTimeline(_)) => Action::Timeline(TimelineAction::FitTimeline),
        Action::Timeline(TimelineAction::FitTimeline) => {
            Action::View(ViewAction::Tool([StageTool::Camera, StageTool::Path, StageTool::Pose][place % 3]))
        }
        Action::View(ViewAction::Tool(_)) => Action::Pose(PoseAction::SelectJoint(Some(Joint::LWrist))),
        Action::Pose(PoseAction::DeleteKey) => {
            Action::Constraints(ConstraintAction::DrawPath(vec![[0.0, 0.0], [secs, 1.0], [f32::NAN, 0.0]]))
        }
        Action::Pose(action) => next_pose_action(action, rng),
        Action::Constraints(ConstraintAction::ClearConstraints) => Action::Player(PlayerAction::Play),
        Action::Constraints(action) => next_constraint_action(action, rng),
        Action::Player(PlayerAction::Play) => Action::Player(PlayerAction::Pause),
        Action::Player(PlayerAction::Pause) => Action::Player(PlayerAction::TogglePlay),
        Action::Player(PlayerAction::TogglePlay) => Action::Player(PlayerAction::Seek(secs)),
        Action::Player(PlayerAction::Seek(_)) => Action::Player(PlayerAction::Scrub(secs)),
        Action::Player(PlayerAction::Scrub(_)) => Action::Player(PlayerAction::EndScrub),
        Action::Player(PlayerAction::EndScrub) => Action::Player(PlayerAction::Step(place as i32 - 3)),
        Action::Player(PlayerAction::Step(_)) => Action::Player(PlayerAction::ToStart),
        Action::Player(PlayerAction::ToStart) => Action::Player(PlayerAction::ToEnd),
        Action::Player(PlayerAction::ToEnd) => Action::Player(PlayerAction::Speed(secs)),
        Action::Player(PlayerAction::Speed(_)) => Action::Player(PlayerAction::Loop(rng.random())),
        Action::Player(PlayerAction::Loop(_)) => Action::View(ViewAction::Camera(CameraMove::Zoom(1.1))),
        Action::View(ViewAction::Camera(_)) => Action::View(ViewAction::Show(Figure::Skeleton)),
        Action::View(ViewAction::Show(_)) => Action::View(ViewAction::Overlay(
            [Overlay::Original, Overlay::OnionSkin, Overlay::FootTrails, Overlay::RootPath][place % 4],
            rng.random(),
        )),
        Action::View(ViewAction::Overlay(..)) => Action::View(ViewAction::OnionFrames(place * 20)),
        Action::View(ViewAction::OnionFrames(_)) => Action::View(ViewAction::Quality(Some(Quality::LOW))),
        Action::View(ViewAction::Quality(_)) => Action::Character(CharacterAction::OpenBody),
        Action::Character(CharacterAction::OpenBody) => Action::Character(CharacterAction::LoadBody("body.npz".into())),
        Action::Character(CharacterAction::LoadBody(_)) => Action::Character(CharacterAction::BodyShape(place, secs)),
        Action::Character(CharacterAction::BodyShape(..)) => Action::Character(CharacterAction::OpenCharacter),
        Action::Character(CharacterAction::OpenCharacter) => Action::Character(CharacterAction::LoadCharacter("me.glb".into())),
        Action::Character(CharacterAction::LoadCharacter(_)) => Action::Character(CharacterAction::OpenFile("me.glb".into())),
        Action::Character(CharacterAction::OpenFile(_)) => Action::Character(CharacterAction::FindCharacter),
        Action::Character(CharacterAction::FindCharacter) => Action::Character(CharacterAction::DropBody),
        Action::Character(CharacterAction::DropBody) => Action::Character(CharacterAction::Fingers(Fingers::Fist)),
        Action::Character(CharacterAction::Fingers(_)) => Action::Character(CharacterAction::MapCharacter("me.glb".into(), Box::default())),
        Action::Character(CharacterAction::MapCharacter(..)) => Action::Mapping(MappingAction::EditMapping),
        Action::Mapping(MappingAction::LeaveMapping) => Action::Character(CharacterAction::MannequinColor([rng.random(), 90, 40])),
        Action::Mapping(action) => next_mapping_action(action),
        Action::Character(CharacterAction::MannequinColor(_)) => Action::Character(CharacterAction::MannequinBuild(secs)),
        Action::Character(CharacterAction::MannequinBuild(_)) => Action::View(ViewAction::FullScreen(rng.random())),
        Action::View(ViewAction::FullScreen(_)) => Action::Project(ProjectAction::NewProject),
        Action::Project(ProjectAction::NewProject) => Action::Project(ProjectAction::OpenProject),
        Action::Project(ProjectAction::OpenProject) => Action::Project(ProjectAction::OpenRecent("a.zoetrope".into())),
        Action::Project(ProjectAction::OpenRecent(_)) => Action::Project(ProjectAction::SaveProject),
        Action::Project(ProjectAction::SaveProject) => Action::Project(ProjectAction::SaveProjectAs),
        Action::Project(ProjectAction::SaveProjectAs) => Action::Takes(TakeAction::ImportFile),
        Action::Takes(TakeAction::ImportFile) => Action::Dialog(DialogAction::FilePath("a.zoetrope".into())),
        Action::Dialog(DialogAction::FilePath(_)) => Action::Dialog(DialogAction::BrowseFile),
        Action::Dialog(DialogAction::BrowseFile) => Action::Project(ProjectAction::Save("a.zoetrope".into())),
        Action::Project(ProjectAction::Save(_)) => Action::Project(ProjectAction::SaveOver("a.zoetrope".into())),
        Action::Project(ProjectAction::SaveOver(_)) => Action::Project(ProjectAction::Open("a.zoetrope".into())),
        Action::Project(ProjectAction::Open(_)) => Action::Takes(TakeAction::Import("a.bvh".into())),
        Action::Takes(TakeAction::Import(_)) => Action::Takes(TakeAction::ImportClips { path: "a.glb".into(), clips: vec![2] }),
        Action::Takes(TakeAction::ImportClips { .. }) => Action::Project(ProjectAction::Leave { saving: true }),
        Action::Project(ProjectAction::Leave { .. }) => Action::Project(ProjectAction::CloseExporting { waiting: rng.random() }),
        Action::Project(ProjectAction::CloseExporting { .. }) => Action::Project(ProjectAction::Recover(rng.random())),
        Action::Project(ProjectAction::Recover(_)) => {
            Action::View(ViewAction::Appearance([Appearance::System, Appearance::Dark, Appearance::Light][place % 3]))
        }
        Action::View(ViewAction::Appearance(_)) => Action::View(ViewAction::Scale(secs)),
        Action::View(ViewAction::Scale(_)) => Action::Project(ProjectAction::Close),
        Action::Project(ProjectAction::Close) => Action::Exports(ExportAction::OpenExport),
        Action::Exports(ExportAction::OpenExport) => Action::Dialog(DialogAction::OpenModel),
        Action::Dialog(DialogAction::OpenModel) => Action::Dialog(DialogAction::OpenHelp),
        Action::Dialog(DialogAction::OpenHelp) => Action::Dialog(DialogAction::OpenPalette),
        Action::Dialog(DialogAction::OpenPalette) => Action::Dialog(DialogAction::PaletteWords("sp".to_owned())),
        Action::Dialog(DialogAction::PaletteWords(_)) => Action::Dialog(DialogAction::CloseDialog),
        Action::Dialog(DialogAction::CloseDialog) => Action::Exports(ExportAction::ExportPath("a.glb".into())),
        Action::Exports(ExportAction::ExportPath(_)) => Action::Exports(ExportAction::ExportOf(ExportOf::Clips)),
        Action::Exports(ExportAction::ExportOf(_)) => {
            Action::Exports(ExportAction::ExportSettings(ExportChoices { whole: rng.random(), ..ExportChoices::default() }))
        }
        Action::Exports(ExportAction::ExportSettings(_)) => Action::Exports(ExportAction::BrowseExportPath),
        Action::Exports(ExportAction::BrowseExportPath) => Action::Exports(ExportAction::CopyCommand),
        Action::Exports(ExportAction::CopyCommand) => Action::Exports(ExportAction::ExportAll(ExportOf::Takes, "out".into())),
        Action::Exports(ExportAction::ExportAll(..)) => {
            Action::Exports(ExportAction::ExportTogether(ExportOf::Favourites, "out/all.fbx".into()))
        }
        Action::Exports(ExportAction::ExportTogether(..)) => Action::Exports(ExportAction::CancelExport),
        Action::Exports(ExportAction::CancelExport) => Action::Rating(RatingAction::OpenRating),
        Action::Rating(RatingAction::OpenRating) => {
            Action::Rating(RatingAction::RatingForm { folder: "study".into(), rater: "Ann".to_owned() })
        }
        Action::Rating(RatingAction::RatingForm { .. }) => {
            Action::Rating(RatingAction::Rate { folder: "study".into(), rater: "Ann".to_owned() })
        }
        Action::Rating(RatingAction::Rate { .. }) => {
            Action::Rating(RatingAction::Score { side: place % 3, criterion: place, score: place as u8 })
        }
        Action::Rating(RatingAction::Score { .. }) => Action::Rating(RatingAction::Unscore),
        Action::Rating(RatingAction::Unscore) => Action::Rating(RatingAction::RatePair),
        Action::Rating(RatingAction::RatePair) => Action::Rating(RatingAction::ExportRatings),
        Action::Rating(RatingAction::ExportRatings) => Action::Rating(RatingAction::EndRating),
        Action::Rating(RatingAction::EndRating) => Action::Exports(ExportAction::Export("a.glb".into())),
        Action::Exports(ExportAction::Export(_)) => Action::Dialog(DialogAction::Dismiss(place as u64)),
        Action::Dialog(DialogAction::Dismiss(_)) => Action::View(ViewAction::Screenshot("a.png".into())),
        Action::View(ViewAction::Screenshot(_)) => Action::Project(ProjectAction::Quit),
        Action::Project(ProjectAction::Quit) => return None,
    })
}

/// An action of every kind.
pub(crate) fn all_kinds(rng: &mut StdRng) -> Vec<Action> {
    let first = Action::Draft(DraftAction::Prompt("a person walks".to_owned()));
    std::iter::successors(Some(first), |action| next_kind(action, rng)).collect()
}
