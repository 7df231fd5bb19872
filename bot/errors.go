package bot

// MovedError says that the chat has another name now; what is kept for it is to be kept under that one, and the
// message is to be sent there.
type MovedError struct{ To string }

func (e *MovedError) Error() string { return "the chat is now " + e.To }
