package configs

import _ "embed"

//go:embed kazakhstan-2022.jsonl.gz
var seed []byte

// Seed is the built-in recording: Kazakhstan and Bitcoin, December 2021 to January 2022. Blocks, prices and
// outage times are facts with their observers named; the news lines are in our own words, each dated and
// attributed to who reported it.
func Seed() []byte { return seed }
