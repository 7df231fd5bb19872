package mutants

import "strings"

// mutant is the program with one promise broken.
type mutant struct {
	name   string
	edits  []edit
	caught []guard // each of them must fail
	slow   bool    // it starts the whole bot, and waits for what never comes; see -slow
}

// edit changes the one place of a file where a text stands.
type edit struct{ file, from, to string }

// guard is a test by its name and the folder it is in. A part of it that a slash names is enough.
type guard struct {
	folder, test string
	says         string // what it must say when it fails; empty for whatever it says
}

// cursorFirst keeps the cursor of a feed before its items.
var cursorFirst = []edit{{
	"feeds/rss/look.go",
	"	if err := w.emitAll(ctx, emit, doc, fresh, backfill); err != nil {\n",
	`	early := c.after(resp, w.o.Feed.URL)
	early.Keys = keys(doc.items)
	if err := w.save(ctx, early); err != nil {
		return feeds.Result{}, err
	}
	if err := w.emitAll(ctx, emit, doc, fresh, backfill); err != nil {
`,
}}

// String names it.
func (g guard) String() string { return g.folder + " " + g.test }

// kept is a promise of the contract, by its test in the suite that both stores pass.
func kept(store, promise string) []guard {
	return []guard{{folder: "store/" + store, test: "TestStore/" + strings.ReplaceAll(promise, " ", "_")}}
}

func table() []mutant {
	return []mutant{
		{
			name: "cursor before item, feeds", edits: cursorFirst,
			caught: []guard{{folder: "feeds/rss", test: "TestEmitFailureLeavesTheCursor"}},
		}, {
			name: "cursor before item, the whole bot killed", edits: cursorFirst, slow: true,
			caught: []guard{{folder: "cmd/faultline", test: "TestSIGKILLBetweenAnyTwoSteps/sqlite/detected", says: "lost: the card"}},
		}, {
			name: "cursor before item, blocks",
			edits: []edit{{
				"feeds/bitcoin/live.go",
				"		if err := emit(ctx, observation(b, false)); err != nil {\n",
				`		w.mu.Lock()
		w.at.take(b)
		err := w.save(ctx)
		w.mu.Unlock()
		if err != nil {
			return err
		}
		if err := emit(ctx, observation(b, false)); err != nil {
`,
			}},
			caught: []guard{{folder: "feeds/bitcoin", test: "TestEmitFailureLeavesTheCursor"}},
		}, {
			name: "mark before send",
			edits: []edit{{
				"deliver/reconcile.go",
				"	receipt, err := d.send(ctx, r, bot.Outgoing{\n",
				`	if err := d.told(ctx, card, incident.Revision, spoken, ""); err != nil {
		return err
	}
	receipt, err := d.send(ctx, r, bot.Outgoing{
`,
			}},
			caught: []guard{{folder: "deliver", test: "TestNothingIsLostUnderFaults", says: "lost: incident"}},
		}, {
			name: "SETNX, then enqueue, with the client's own retries",
			edits: []edit{{
				"store/redis/connect.go", "o.MaxRetries = -1 ", "o.MaxRetries = 3 ",
			}, {
				"store/redis/intake.go",
				`	if _, err = s.run(ctx, "commit", "commit", args...); err == nil {`,
				`	if o := step.Observation; o != nil {
		mark := fmt.Sprintf("%d %s", store.Micros(step.Time), step.Token)
		fresh, err := s.main.SetNX(ctx, s.prefix+"seen:"+o.Key(), mark, markFor).Result()
		if err == nil && !fresh {
			err = store.ErrSeen
		}
		if err != nil {
			return s.wrap(ctx, "commit", err)
		}
	}
	if _, err = s.run(ctx, "commit", "commit", args...); err == nil {`,
			}, {
				"store/redis/scripts/commit.lua", "if observed then\n	local held", "if false then\n	local held",
			}},
			caught: []guard{{folder: "store/redis", test: "TestR01LostReply/applied,_reply_lost/Intake"}},
		}, {
			name: "no fences, Redis",
			edits: []edit{{
				"store/redis/scripts/commit.lua", "if fence ~= 0 and held > fence then", "if false then",
			}},
			caught: kept("redis", "Intake/an old fence is refused"),
		}, {
			name: "no fences, SQLite",
			edits: []edit{{
				"store/sqlite/intake.go", "	if fence == 0 {\n", "	if fence != -1 {\n",
			}},
			caught: kept("sqlite", "Intake/an old fence is refused"),
		}, {
			name: "only lower fences are refused, Redis",
			edits: []edit{{
				"store/redis/scripts/commit.lua", "if fence ~= 0 and held < fence or ", "if ",
			}},
			caught: append(kept("redis", "Intake/a fence that the lease has not reached is refused"),
				guard{folder: "store/redis", test: "TestR08AFenceThatWasLost"}),
		}, {
			name: "steps that a failover lost go unnoticed",
			edits: []edit{{
				"store/redis/scripts/commit.lua", "or before ~= '' and not ", "or false and not ",
			}},
			caught: []guard{{folder: "store/redis", test: "TestR08FailoverToAReplicaThatLags", says: "the brain whose steps are lost"}},
		}, {
			name: "a server that became a replica is not asked again",
			edits: []edit{{
				"store/redis/repeat.go", `"READONLY", `, "",
			}},
			caught: []guard{{folder: "store/redis", test: "TestR08AnswersInFailover/READONLY"}},
		}, {
			name: "told lowers spoken, Redis",
			edits: []edit{{
				"store/redis/scripts/told.lua", "math.max(r.spoken, spoken)", "spoken",
			}},
			caught: kept("redis", "Outcomes/told and spoken never go back"),
		}, {
			name: "told lowers spoken, SQLite",
			edits: []edit{{
				"store/sqlite/claims.go", "spoken = max(spoken, ?5)", "spoken = ?5",
			}},
			caught: kept("sqlite", "Outcomes/told and spoken never go back"),
		}, {
			name: "raising lowers wanted, Redis",
			edits: []edit{{
				"store/redis/scripts/raise.lua",
				"	elseif tonumber(card[1]) < revision then\n", "	elseif tonumber(card[1]) ~= revision then\n",
			}},
			caught: kept("redis", "FanOut/a page never lowers a card"),
		}, {
			name: "raising lowers wanted, SQLite",
			edits: []edit{{
				"store/sqlite/cards.go", "WHERE wanted < excluded.wanted`", "WHERE wanted <> excluded.wanted`",
			}},
			caught: kept("sqlite", "FanOut/a page never lowers a card"),
		}, {
			name: "forgetting drops cards that wait, Redis",
			edits: []edit{{
				"store/redis/scripts/forget.lua",
				"local dropped = 0\n", "local dropped = 0\nredis.call('DEL', prefix .. 'due:2', prefix .. 'due:1')\n",
			}},
			caught: kept("redis", "Forget/what has to be told and what happened stay"),
		}, {
			name: "forgetting drops cards that wait, SQLite",
			edits: []edit{{
				"store/sqlite/history.go",
				"		budget, err := forgetOld(ctx, t, now)\n",
				"		_, _ = t.exec(ctx, `DELETE FROM cards WHERE behind`)\n		budget, err := forgetOld(ctx, t, now)\n",
			}},
			caught: kept("sqlite", "Forget/what has to be told and what happened stay"),
		}, {
			name: "two cards at one chat at once, Redis",
			edits: []edit{{
				"store/redis/scripts/lib/outbox.lua", "if not ends or ends <= tonumber(now) then", "if true then",
			}},
			caught: kept("redis", "Claims/a destination has one card claimed at a time"),
		}, {
			name: "a claim is not made longer when the store was slow",
			edits: []edit{{
				"deliver/outcome.go", "d.now().Sub(r.claimed) > spareTime", "d.now().Sub(r.claimed) > 1000*spareTime",
			}},
			caught: []guard{{folder: "deliver", test: "TestSlowStoreExtendsTheClaim"}},
		}, {
			name: "a late outcome counts, Redis",
			edits: []edit{{
				"store/redis/scripts/lib/outbox.lua", "if claim ~= '' and r.claim and claim ~= r.claim then", "if false then",
			}},
			caught: kept("redis", "Fencing/card: a claim lost to another changes nothing"),
		}, {
			name: "a reply loses its key",
			edits: []edit{{
				"deliver/reconcile.go",
				`			Key:     key(card.Destination, incident.ID, notice.Revision, "reply"),` + "\n", "",
			}},
			caught: []guard{{folder: "deliver", test: "TestKeysTellMessagesApart"}},
		}, {
			name: "each attempt has a key of its own",
			edits: []edit{{
				"deliver/reconcile.go",
				"		Key:     key(card.Destination, incident.ID, revision, part),\n",
				"		Key:     key(card.Destination, incident.ID, revision, part+strconv.Itoa(card.Attempts)),\n",
			}},
			caught: []guard{{folder: "deliver", test: "TestTimeoutIsTriedAgainUnderTheSameKey"}},
		}, {
			name: "each attempt at a step has a token of its own",
			edits: []edit{{
				"pipeline/pipeline.go",
				"		return struct{}{}, b.opts.Store.Commit(ctx, step)\n",
				"		step.Token = rand.Text()\n		return struct{}{}, b.opts.Store.Commit(ctx, step)\n",
			}},
			caught: []guard{{folder: "pipeline", test: "TestACommitThatFailsIsRepeatedWithTheSameTokenAndNoSecondQuestion"}},
		}, {
			name: "a reign sleeps past the end of its trust",
			edits: []edit{{
				"cmd/faultline/tenure.go", "min(t.ttl/3, time.Until(trusted))", "t.ttl/3",
			}},
			caught: []guard{{folder: "cmd/faultline", test: "TestALateRenewalCountsFromWhenItWasAskedFor"}},
		}, {
			name: "trust in a lease counts from after the call that renewed it",
			edits: []edit{{
				"cmd/faultline/tenure.go", "			since = asked\n", "			since = asked.Add(time.Since(asked))\n",
			}},
			caught: []guard{{folder: "cmd/faultline", test: "TestALateRenewalCountsFromWhenItWasAskedFor"}},
		},
	}
}
