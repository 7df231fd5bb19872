// Package bot is the conversation without a platform: messages as structure, the platform contract and its
// error classes, and how an incident becomes a card. Decisions are made here; how a message is spelled is the
// adapter's. discord, telegram and console below it translate to one platform each and nothing else.
package bot
