//! Memory over many generations in one process.

#[cfg(target_os = "linux")]
#[test]
fn two_hundred_generations_need_no_more_memory_than_twenty() {
    const MOTIONS: usize = 200;
    let folder = tempfile::tempdir().unwrap();
    let [list, out] = ["prompts.txt", "out"].map(|name| folder.path().join(name));
    let prompts = ["a person walks forward", "someone jumps", "a person waves", "somebody dances"];
    let lines: Vec<String> = (0..MOTIONS).map(|number| prompts[number % prompts.len()].to_owned()).collect();
    std::fs::write(&list, lines.join("\n")).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_zoetrope"));
    command.args(["generate", "--seconds", "0.5", "--format", "npz", "--prompts"]).arg(&list).arg("-o").arg(&out);
    let mut child = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    // The most memory of its own, without what is mapped from files, while so many motions were there.
    let (mut early, mut late) = (0, 0);
    let status = loop {
        let text = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let own = text.lines().find_map(|line| line.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        let made = std::fs::read_dir(&out).map_or(0, Iterator::count);
        let most = if made < MOTIONS / 10 { &mut early } else { &mut late };
        *most = own.unwrap_or(0).max(*most);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    assert!(status.success() && std::fs::read_dir(&out).unwrap().count() >= MOTIONS);
    println!("{} MiB with the first twenty motions, {} MiB with all two hundred", early >> 10, late >> 10);
    // Allocators keep some of what they were given back.
    assert!(early > 0 && late < early + (16 << 10), "{early} kB with twenty motions, {late} kB with two hundred");
}
