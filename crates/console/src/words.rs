//! A digest as words, to compare by telephone.
//!
//! Every second byte is an adjective, every other a noun, so that a swapped or skipped word is heard.

/// The words for `bytes`: "brave otter" for the first two, and so on.
pub fn words(bytes: &[u8]) -> Vec<String> {
    bytes
        .chunks(2)
        .map(|pair| {
            let mut words =
                pair.iter().zip([&ADJECTIVES, &NOUNS]).map(|(byte, list)| list[usize::from(*byte)]);
            let first = words.next().unwrap_or_default().to_owned();
            words.fold(first, |line, word| line + " " + word)
        })
        .collect()
}

const ADJECTIVES: [&str; 256] = [
    "able", "actual", "agile", "alert", "alive", "ample", "ancient", "angry", "annual", "apt",
    "arctic", "ashen", "atomic", "autumn", "awake", "balmy", "bare", "basic", "beige", "big",
    "bitter", "black", "bland", "blank", "blithe", "bold", "bonny", "bony", "brave", "brief",
    "bright", "brisk", "broad", "bronze", "brown", "calm", "candid", "casual", "cheap", "cheery",
    "chief", "chilly", "civic", "civil", "clean", "clever", "close", "cloudy", "coarse", "cold",
    "common", "cool", "copper", "coral", "cosy", "cross", "curly", "curved", "daily", "dainty",
    "damp", "daring", "dark", "dear", "deep", "deft", "dense", "direct", "distant", "dizzy",
    "double", "drab", "dry", "dull", "eager", "early", "earnest", "easy", "eight", "elder",
    "elegant", "empty", "equal", "even", "extra", "faint", "fair", "false", "famous", "fancy",
    "far", "fast", "fierce", "final", "firm", "five", "flat", "fleet", "fluffy", "formal", "four",
    "frail", "frank", "free", "friendly", "frosty", "frugal", "full", "funny", "fuzzy", "gallant",
    "gaunt", "gentle", "giant", "glad", "glassy", "global", "glossy", "golden", "good", "grand",
    "grave", "great", "green", "grim", "gruff", "hale", "handy", "happy", "hardy", "harsh",
    "hasty", "hazel", "heavy", "hidden", "high", "hollow", "honest", "huge", "human", "humble",
    "hungry", "icy", "idle", "inner", "iron", "itchy", "ivory", "jade", "jagged", "jolly",
    "jovial", "joyful", "keen", "kind", "knotty", "large", "last", "late", "lavish", "lazy",
    "lean", "left", "light", "lilac", "limber", "little", "lively", "local", "lofty", "lone",
    "long", "loose", "lovely", "low", "lucid", "lucky", "lush", "major", "mellow", "merry",
    "mighty", "mild", "minty", "misty", "mobile", "modern", "modest", "moist", "mossy", "muddy",
    "narrow", "native", "next", "nimble", "nine", "noble", "noisy", "normal", "novel", "numb",
    "oaken", "odd", "old", "olive", "opal", "open", "orange", "outer", "oval", "pale", "pastel",
    "pearly", "plain", "plump", "polite", "prime", "proper", "proud", "pure", "purple", "quaint",
    "quiet", "rapid", "rare", "ready", "real", "red", "regal", "rich", "right", "ripe", "rosy",
    "rough", "round", "ruby", "rugged", "rural", "rustic", "rusty", "sacred", "safe", "sandy",
    "sane", "scarce", "secret", "serene", "seven", "shady", "sharp", "shiny", "short", "silent",
    "silver", "simple", "single",
];

const NOUNS: [&str; 256] = [
    "acorn", "actor", "album", "anchor", "ankle", "anvil", "apple", "apron", "arch", "arrow",
    "aspen", "atlas", "attic", "badge", "bagel", "baker", "bamboo", "banjo", "barn", "beach",
    "bead", "beam", "bear", "beard", "bell", "belt", "bench", "bike", "bird", "boat", "bone",
    "book", "boot", "bottle", "bowl", "box", "branch", "bread", "brick", "bridge", "broom",
    "brush", "bucket", "bus", "butter", "button", "cabin", "cable", "cactus", "cake", "camel",
    "camp", "canal", "candle", "canoe", "car", "card", "carpet", "carrot", "castle", "cat", "cave",
    "cello", "chain", "chair", "chalk", "cheese", "cherry", "chest", "chin", "church", "cider",
    "circle", "city", "clock", "cloud", "clover", "coat", "coin", "comb", "comet", "compass",
    "cook", "corn", "couch", "cow", "crab", "crane", "crayon", "crow", "crown", "cup", "daisy",
    "dance", "deer", "desk", "diary", "dish", "doctor", "dog", "doll", "dolphin", "donkey", "door",
    "dove", "dragon", "drawer", "dress", "drum", "duck", "eagle", "ear", "easel", "egg", "elbow",
    "elephant", "engine", "envelope", "eye", "fabric", "falcon", "farm", "feather", "fence",
    "fern", "ferry", "fiddle", "field", "finger", "fish", "flag", "flame", "flask", "flower",
    "flute", "foot", "forest", "fork", "fossil", "fountain", "fox", "frog", "galaxy", "garden",
    "garlic", "gate", "ghost", "giraffe", "glacier", "glass", "glove", "goat", "goose", "grape",
    "grass", "guitar", "hammer", "harbour", "harp", "hat", "hawk", "heart", "hedge", "helmet",
    "hen", "hill", "honey", "hook", "horse", "hotel", "house", "igloo", "ink", "island", "jacket",
    "jam", "jar", "jewel", "judge", "jug", "jungle", "kettle", "key", "king", "kite", "kitten",
    "knee", "knife", "knight", "knot", "ladder", "lake", "lamp", "lantern", "lawn", "leaf",
    "lemon", "letter", "library", "lily", "lion", "lizard", "lock", "magnet", "mango", "map",
    "maple", "marble", "market", "mask", "meadow", "medal", "melon", "mirror", "mitten", "monkey",
    "moon", "moth", "mouse", "mug", "museum", "nail", "napkin", "needle", "nest", "net", "nurse",
    "nut", "oak", "ocean", "office", "onion", "orchard", "organ", "otter", "oven", "owl", "ox",
    "paddle", "page", "palace", "palm", "panda", "paper", "parrot", "peach", "pebble", "pencil",
    "pepper", "pigeon", "pillow", "pirate", "plum", "pocket", "pond", "pumpkin",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_word_stands_twice() {
        let all: BTreeSet<_> = ADJECTIVES.iter().chain(&NOUNS).collect();
        assert_eq!(all.len(), 512);
    }

    #[test]
    fn a_digest_is_sixteen_pairs() {
        let words = words(&[0; 32]);
        assert_eq!(words.len(), 16);
        assert_eq!(words[0], format!("{} {}", ADJECTIVES[0], NOUNS[0]));
    }
}
