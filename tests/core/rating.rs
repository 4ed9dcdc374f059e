//! Blind rating: order, saving, agreement and results, and the command that makes clips.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::cmp::Ordering;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use zoetrope::formats::{self, WriteOptions};
use zoetrope::motion::{Motion, Pose};
use zoetrope::rating::{BENCHMARK, Results, Sheet, Study, StudyClip, StudyPrompt, alpha, csv, same_choice, themed};

/// A study of so many prompts in two themes, all clips made.
fn study(folder: &Path, prompts: usize) -> Study {
    let prompt = |place: usize| StudyPrompt { theme: ["work", "sports"][place % 2].to_owned(), prompt: format!("prompt, \"{place}\"") };
    let study = Study::begin(folder, ["first".to_owned(), "second".to_owned()], 0, (0..prompts).map(prompt).collect()).expect("a study");
    for clip in study.missing() {
        let motion = Motion { frames: vec![Pose::REST; 10 + clip.model] };
        formats::write(&study.clip_path(clip), &motion, &WriteOptions::default()).expect("a clip");
    }
    study
}

#[test]
fn the_benchmark_has_its_126_prompts_in_seven_themes() {
    let prompts = themed(BENCHMARK);
    let mut themes: Vec<&str> = prompts.iter().map(|prompt| prompt.theme.as_str()).collect();
    themes.sort_unstable();
    themes.dedup();
    assert_eq!((prompts.len(), themes), (126, vec!["arts", "basic", "combat", "daily life", "social", "sports", "work"]));
    assert_eq!(prompts[0].prompt, "An obese middle-aged male security guard, walking and looking around");
    if let Some(kit) = std::env::var_os("ZOETROPE_FIXTURES") {
        let published = std::fs::read_to_string(Path::new(&kit).join("data/infer_batch_prompt.txt")).expect("the kit");
        let published: Vec<&str> = published.lines().filter(|line| !line.trim().is_empty()).collect();
        assert!(prompts.iter().map(|prompt| prompt.prompt.as_str()).eq(published.iter().map(|line| line.trim())), "word for word");
    }
}

#[test]
fn each_rater_gets_an_order_of_their_own_and_sides_without_a_pattern() {
    let folder = TempDir::new().expect("a folder");
    let study = study(folder.path(), 40);
    let pairs = |rater: &str| {
        let mut sheet = Sheet::open(&study, rater).expect("a sheet");
        let mut pairs = Vec::new();
        while let Some(pair) = sheet.next(&study) {
            sheet.rate(pair, [[2; 3]; 2]);
            pairs.push(pair);
        }
        pairs
    };
    let (ann, ben) = (pairs("Ann"), pairs("Ben"));
    assert!(ann.len() == 40 && ann != ben && ann == pairs("Ann"));
    let first_left = ann.iter().filter(|pair| pair.models == [0, 1]).count();
    assert_eq!(first_left, 20, "each model stands as often on the left");
    assert!(ann[..20].iter().any(|pair| pair.models == [0, 1]) && ann[..20].iter().any(|pair| pair.models == [1, 0]));
}

#[test]
fn ratings_go_on_where_they_were_and_belong_to_the_right_model() {
    let folder = TempDir::new().expect("a folder");
    let study = study(folder.path(), 6);
    let mut sheet = Sheet::open(&study, "Ann Ö.").expect("a sheet");
    let mut rated = Vec::new();
    for _ in 0..4 {
        let pair = sheet.next(&study).expect("a pair");
        // Whoever stands where, the first model gets fours.
        let said = pair.models.map(|model| if model == 0 { [4, 4, 9] } else { [1, 2, 0] });
        sheet.rate(pair, said);
        sheet.save(&study).expect("saved");
        rated.push(pair);
    }
    let mut again = Sheet::open(&Study::open(folder.path()).expect("the study"), "ann ö.").expect("the sheet");
    assert_eq!((again.progress(), again.next(&study)), ((4, 6), sheet.next(&study)));
    assert!(again.scores().values().all(|scores| *scores == [[4, 4, 4], [1, 2, 1]]));
    again.forget(rated[0].prompt);
    assert_eq!(again.next(&study), Some(rated[0]), "what is taken back comes again");
    std::fs::remove_file(study.clip_path(StudyClip { model: 1, prompt: sheet.next(&study).expect("a pair").prompt })).expect("removed");
    let next = sheet.next(&study).expect("another pair");
    assert!(study.clip_path(StudyClip { model: 1, prompt: next.prompt }).exists(), "pairs whose clips are not made yet wait");
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let folder = TempDir::new().expect("a folder");
    let study = study(folder.path(), 2);
    let other = Study::begin(folder.path(), ["first".to_owned(), "third".to_owned()], 0, study.prompts().to_vec());
    assert!(other.expect_err("other models").to_string().contains("another folder"));
    assert!(Study::open(&folder.path().join("none")).expect_err("no study").to_string().contains("zoetrope rate clips"));
    assert!(Sheet::open(&study, " ../ ").expect_err("no name").to_string().contains("name"));
    std::fs::write(folder.path().join("ratings/ann.json"), "{").expect("written");
    assert!(Sheet::open(&study, "ann").expect_err("damaged").to_string().contains("ann.json"));
    std::fs::write(folder.path().join("study.json"), "{\"format\": 1}").expect("written");
    assert!(Study::open(folder.path()).expect_err("damaged").to_string().contains("study.json"));
}

#[test]
fn raters_whose_names_make_the_same_file_name_have_a_sheet_each() {
    let folder = TempDir::new().expect("a folder");
    let study = study(folder.path(), 3);
    let long = |end: &str| format!("{}{end}", "n".repeat(70));
    let raters = ["A B".to_owned(), "a.b".to_owned(), "a-b".to_owned(), long("x"), long("y")];
    for (number, rater) in raters.iter().enumerate() {
        let mut sheet = Sheet::open(&study, rater).expect("a sheet");
        assert_eq!((sheet.rater.as_str(), sheet.progress().0), (rater.as_str(), 0), "a new rater has said nothing");
        let pair = sheet.next(&study).expect("a pair");
        sheet.rate(pair, [[1 + number as u8 % 4; 3]; 2]);
        sheet.save(&study).expect("saved");
    }
    for (number, rater) in raters.iter().enumerate() {
        let mut sheet = Sheet::open(&study, &rater.to_uppercase()).expect("the sheet");
        assert_eq!(sheet.scores().values().next(), Some(&[[1 + number as u8 % 4; 3]; 2]), "{rater}");
        sheet.rate(sheet.next(&study).expect("a pair"), [[2; 3]; 2]);
        sheet.save(&study).expect("saved");
        assert_eq!(Sheet::open(&study, rater).expect("the sheet").progress().0, 2);
    }
    assert_eq!(Sheet::all(&study).expect("all").len(), raters.len());
}

#[test]
fn ratings_that_cannot_be_read_are_left_alone() {
    let folder = TempDir::new().expect("a folder");
    let study = study(folder.path(), 2);
    let file = folder.path().join("ratings/ann.json");
    // Another program saved it in another encoding.
    let bytes = b"{\"rater\": \"Ann\xe9\"}";
    std::fs::write(&file, bytes).expect("written");
    assert!(Sheet::open(&study, "ann").expect_err("unreadable").to_string().contains("ann.json"));
    assert!(Sheet::all(&study).expect_err("unreadable").to_string().contains("ann.json"));
    let sheet = Sheet::open(&study, "Ben").expect("another's");
    sheet.save(&study).expect("saved");
    assert_eq!(std::fs::read(&file).expect("there"), bytes);
    // A place that cannot be read is no empty one.
    std::fs::remove_dir_all(folder.path().join("ratings")).expect("removed");
    std::fs::write(folder.path().join("ratings"), "a file").expect("written");
    assert!(Sheet::all(&study).is_err() && Sheet::open(&study, "Ann").is_err());
}

#[test]
fn alpha_is_what_krippendorff_computes() {
    // The worked example of four observers and twelve units; 0 is no observation. Interval data give 0.849.
    let observers: [[u8; 12]; 4] = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ];
    let items: Vec<Vec<u8>> =
        (0..12).map(|unit| observers.iter().map(|observer| observer[unit]).filter(|score| *score > 0).collect()).collect();
    let value = alpha(&items).expect("a value");
    assert!((value - 0.849).abs() < 5e-4, "{value}");
    assert_eq!(alpha(&[vec![1, 1], vec![4, 4], vec![2]]), Some(1.0));
    assert_eq!(alpha(&[vec![2], vec![3]]), None);
    let mut rng = StdRng::seed_from_u64(3);
    let chance: Vec<Vec<u8>> = (0..5000).map(|_| vec![rng.random_range(1..5), rng.random_range(1..5)]).collect();
    assert!(alpha(&chance).expect("a value").abs() < 0.05);
    let choices = [vec![Ordering::Less, Ordering::Less, Ordering::Greater], vec![Ordering::Equal]];
    assert_eq!(same_choice(&choices), Some(1.0 / 3.0));
}

#[test]
fn results_count_wins_by_theme_and_go_out_as_csv_and_json() {
    let folder = TempDir::new().expect("a folder");
    let study = study(folder.path(), 4);
    for (rater, better) in [("Ann", 4), ("Ben", 3)] {
        let mut sheet = Sheet::open(&study, rater).expect("a sheet");
        while let Some(pair) = sheet.next(&study) {
            // The first model is better at work (even prompts), and as good at sports.
            let first = if pair.prompt % 2 == 0 { better } else { 2 };
            sheet.rate(pair, pair.models.map(|model| if model == 0 { [first, 2, 2] } else { [2, 2, 2] }));
        }
        sheet.save(&study).expect("saved");
    }
    let results = Results::of(&study).expect("results");
    let tally = |theme: &str| {
        let found = results.themes.iter().find(|found| found.theme == theme).expect("a theme");
        (found.pairs, found.overall.wins, found.overall.ties, found.overall.losses)
    };
    assert_eq!([tally("all"), tally("work"), tally("sports")], [(8, 4, 4, 0), (4, 4, 0, 0), (4, 0, 4, 0)]);
    assert_eq!(results.themes[0].means[0], [2.75, 2.0, 2.0]);
    assert_eq!((results.same_choice, results.alpha[1]), (Some(1.0), None));
    assert!(results.alpha[0].is_some_and(|alpha| (0.5..1.0).contains(&alpha)));
    let table = csv(&study).expect("text");
    assert_eq!(table.lines().count(), 1 + 2 * 4 * 2);
    assert!(table.contains("Ann,work,\"prompt, \"\"0\"\"\",first,4,2,2"), "{table}");

    let json = folder.path().join("results.json");
    let output =
        Command::new(env!("CARGO_BIN_EXE_zoetrope")).args(["rate", "results"]).arg(folder.path()).arg("--json").arg(&json).output();
    let output = output.expect("the program runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("first against second; rated by Ann (4), Ben (4)") && said.contains("sports"), "{said}");
    let value: serde_json::Value = serde_json::from_slice(&std::fs::read(json).expect("written")).expect("JSON");
    assert_eq!(value["themes"][0]["overall"]["wins"], 4);
}

#[test]
fn clips_are_made_once_and_the_same_command_goes_on() {
    let folder = TempDir::new().expect("a folder");
    let prompts = folder.path().join("prompts.txt");
    std::fs::write(&prompts, "work\ta person waves\nsports\ta person jumps\n").expect("written");
    let study_folder = folder.path().join("study");
    let make = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zoetrope"));
        command.args(["rate", "clips", "starter", "starter", "--max-seconds", "1", "-o"]).arg(&study_folder).arg("--prompts").arg(&prompts);
        let output = command.output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stderr).lines().filter(|line| line.starts_with("starter, ")).count()
    };
    assert_eq!(make(), 4);
    let study = Study::open(&study_folder).expect("a study");
    let motion = |model| study.motion(StudyClip { model, prompt: 0 }).expect("a clip");
    assert_ne!(motion(0), motion(1), "the same model twice is asked for different takes");
    std::fs::remove_file(study.clip_path(StudyClip { model: 1, prompt: 1 })).expect("removed");
    assert_eq!((make(), study.missing().len()), (1, 0));
}
