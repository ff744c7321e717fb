//! The most memory that processes had in use, as the kernel tells it (Linux; elsewhere nothing is known).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// MiB by command: a program's name and its first argument.
pub type Peaks = BTreeMap<String, f64>;

/// Notes what every process of the programs in `folder` has had in use so far.
pub fn note(folder: &Path, peaks: &mut Peaks) {
    let Ok(processes) = fs::read_dir("/proc") else { return };
    for process in processes.flatten() {
        // A process may end while it is looked at.
        let Some((name, mib)) = peak(&process.path(), folder) else { continue };
        let peak = peaks.entry(name).or_default();
        *peak = peak.max(mib);
    }
}

fn peak(process: &Path, folder: &Path) -> Option<(String, f64)> {
    let program = fs::read_link(process.join("exe")).ok()?;
    if program.parent() != Some(folder) {
        return None;
    }
    let arguments = fs::read(process.join("cmdline")).ok()?;
    let command = arguments.split(|byte| *byte == 0).nth(1)?;
    let command = String::from_utf8_lossy(command);
    let program = program.file_name()?.to_string_lossy().into_owned();
    let status = fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    // The verifier's first argument is a path.
    let name = if Path::new(&*command).exists() { program } else { format!("{program} {command}") };
    Some((name, kib / 1024.0))
}
