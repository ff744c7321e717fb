//! What the steps of a small election take: `cargo bench -p psephos-benches --bench steps`. For other sizes, and
//! beside the floor of each step, see the program `scale`.

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use psephos_benches::election::Poll;
use psephos_benches::floor::Size;
use psephos_proofs::ballot::verify_rows;
use psephos_testkit::Election;

const SIZE: Size = Size { ballots: 1 << 10, width: 1, mixes: 3, trustees: 3, threshold: 2 };

fn steps(c: &mut Criterion) {
    let poll = Poll::open(SIZE);
    let ballots = poll.ballots(SIZE.ballots);
    let closed = {
        let mut election = poll.election.clone();
        let length = poll.layout.row_length();
        election.take_in(&ballots.chunks(length).map(<[u8]>::to_vec).collect::<Vec<_>>());
        election.close();
        election
    };
    let after = |step: fn(&mut Election)| {
        let mut election = closed.clone();
        step(&mut election);
        election
    };
    let mixed = after(Election::mix_all);
    let shared = after(|election| {
        election.mix_all();
        election.share_all();
    });
    let complete = after(Election::finish);
    let batch = shared.view().batches[0].clone();

    let mut group = c.benchmark_group("a thousand ballots");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.throughput(Throughput::Elements(SIZE.ballots));
    group.bench_function("ballot-check", |b| {
        b.iter(|| verify_rows(&poll.context, 0, &poll.layout, &ballots));
    });
    group.bench_function("mix", |b| {
        let mut election = closed.clone();
        b.iter(|| election.mix_body(0));
    });
    group.bench_function("share", |b| {
        let mut election = mixed.clone();
        b.iter(|| election.share_body(0));
    });
    group.bench_function("combine", |b| b.iter(|| shared.decrypt(&batch)));
    group.bench_function("audit", |b| b.iter(|| complete.audit()));
}

criterion_group!(benches, steps);
criterion_main!(benches);
