//! The codes as a page to print: one card a voter, with nothing in it from elsewhere.

use zeroize::Zeroizing;

use crate::card::Card;

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Voting codes</title>
<style>
  @page { margin: 12mm; }
  body { font: 11pt/1.35 sans-serif; margin: 0; color: #000; background: #fff; }
  section { border: 1px solid #000; padding: 6mm; margin: 0 0 6mm; break-inside: avoid; }
  h1 { font-size: 14pt; margin: 0 0 1mm; }
  p { margin: 0 0 3mm; }
  ol { columns: 4; margin: 0; padding: 0 0 0 8mm; font-family: monospace; font-size: 12pt; }
  li { padding: 0 0 1mm 1mm; }
  small { font-size: 8pt; }
</style>
</head>
<body>
"#;

const ADVICE: &str = "Whoever has these words can vote in your place: show them to nobody. \
Type them in this order; the program says which word is mistyped.";

/// The whole page.
pub fn page(title: &str, cards: &[Card<'_>]) -> Zeroizing<String> {
    // With all its capacity from the start the text never moves and leaves no copy behind.
    let length =
        HEAD.len() + cards.iter().map(|card| 2 * section(title, card).len()).sum::<usize>();
    let mut page = Zeroizing::new(String::with_capacity(length));
    page.push_str(HEAD);
    for card in cards {
        page.push_str(&section(title, card));
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn section(title: &str, card: &Card<'_>) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(2048));
    let reference = match card.voter.reference.as_str() {
        "" => String::new(),
        reference => format!("{} · ", escaped(reference)),
    };
    text.push_str(&format!(
        "<section>\n<h1>{}</h1>\n<p>{reference}box {} · card {}</p>\n<ol>\n",
        escaped(title),
        escaped(&card.voter.box_id),
        card.number
    ));
    for word in card.code.words() {
        text.push_str("<li>");
        text.push_str(word);
        text.push_str("</li>\n");
    }
    text.push_str("</ol>\n<p><small>");
    text.push_str(ADVICE);
    text.push_str("</small></p>\n</section>\n");
    text
}

/// A text between tags.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card;
    use crate::voters::Voter;

    #[test]
    fn names_cannot_break_out_of_their_card() {
        let voter = Voter {
            reference: "<script>alert('&')</script>".to_owned(),
            box_id: "a\"b".to_owned(),
            box_index: 0,
        };
        let voters = [voter.clone(), voter];
        let cards = card::make(&voters, 1);
        let page = page("Fish & <b>chips</b>", &cards);
        assert!(!page.contains("<script") && !page.contains("<b>"));
        assert!(page.contains("Fish &amp; &lt;b&gt;") && page.contains("box a&quot;b · card 2"));
        assert_eq!(page.matches("<section>").count(), 2);
        assert_eq!(page.matches("<li>").count(), 28);
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("src="));
    }
}
