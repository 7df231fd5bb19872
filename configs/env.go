package configs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
)

const (
	prefix       = "FAULTLINE_"
	configEnv    = "FAULTLINE_CONFIG"
	implicitFile = "faultline.yaml"
	fileSuffix   = "_FILE"
)

// environment is the variables that are set to something, and the names of all.
type environment struct {
	values map[string]string
	names  []string
}

func newEnvironment(list []string) environment {
	env := environment{values: map[string]string{}}
	for _, entry := range list {
		name, v, _ := strings.Cut(entry, "=")
		if slices.Contains(env.names, name) {
			continue
		}
		env.names = append(env.names, name)
		if v != "" {
			env.values[name] = v
		}
	}
	slices.Sort(env.names)
	return env
}

// operatorFile reads the file that was named, or the implicit one, which may be absent.
func (l *loader) operatorFile(named string, env environment) {
	name, where := named, named
	if name == "" {
		name, where = env.values[configEnv], configEnv
	}
	implicit := name == ""
	if implicit {
		name, where = implicitFile, implicitFile
	}
	text, err := readBounded(name, maxBytes)
	switch {
	case implicit && errors.Is(err, fs.ErrNotExist):
	case err != nil:
		l.fault(Fault{
			Where: where, Problem: fmt.Sprintf("the file %s cannot be read: %v", quoted(name), cause(err)),
			Mend: "Correct its name or its permissions, or leave the name out to run without a file.",
		})
	default:
		l.config.File = name
		l.file(name, text)
	}
}

// environment lays the variables over what is set so far.
func (l *loader) environment(env environment) {
	before := len(l.faults)
	for _, name := range env.names {
		if strings.HasPrefix(name, prefix) && !slices.Contains(l.envNames(), name) {
			l.fault(l.unknownVariable(name))
		}
	}
	for _, k := range l.keys {
		if k.set == nil {
			continue
		}
		if s, found := l.variable(k, env); found {
			l.faults = append(l.faults, k.set(&l.config, s)...)
		}
	}
	slices.SortStableFunc(l.faults[before:], func(a, b Fault) int { return strings.Compare(a.Where, b.Where) })
}

// variable looks a key up under its full name, then under its short one. The first that is set decides.
func (l *loader) variable(k key, env environment) ([]scalar, bool) {
	for _, name := range k.variables() {
		v, plain := env.values[name]
		file, hidden := env.values[name+fileSuffix]
		switch {
		case plain && k.secret && hidden:
			l.fault(Fault{k.path, name, "it is set, and so is " + name + fileSuffix, "Keep one of the two."})
			return nil, false
		case plain:
			return k.split(v, name), true
		case k.secret && hidden:
			s, bad := secretFile(file)
			if bad != nil {
				l.fault(bad.at(place{k.path, name + fileSuffix}))
				return nil, false
			}
			return []scalar{{text: s, at: place{k.path, name + fileSuffix}}}, true
		}
	}
	return nil, false
}

func (k key) variables() []string {
	names := []string{prefix + strings.ToUpper(strings.ReplaceAll(k.path, ".", "_"))}
	if k.short != "" {
		names = append(names, k.short)
	}
	return names
}

// split takes a list apart at its commas.
func (k key) split(v, name string) []scalar {
	at := place{k.path, name}
	if !k.list {
		return []scalar{{text: v, at: at}}
	}
	var all []scalar
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, scalar{text: part, at: at.element(len(all), name)})
		}
	}
	return all
}

// envNames is every name with our prefix that means something, to this package or to a command.
func (l *loader) envNames() []string {
	names := []string{configEnv, "FAULTLINE_DATA", "FAULTLINE_CRASH_AT"}
	for _, k := range l.keys {
		if k.set == nil {
			continue
		}
		name := k.variables()[0]
		names = append(names, name)
		if k.secret {
			names = append(names, name+fileSuffix)
		}
	}
	return names
}

func (l *loader) unknownVariable(name string) Fault {
	for _, k := range l.keys {
		if k.set == nil && k.variables()[0] == name {
			return Fault{k.path, name, "this key can only be set in the file", "Move it there."}
		}
	}
	near, _ := nearest(name, l.envNames())
	return Fault{Where: name, Problem: "there is no such variable", Mend: "Did you mean " + near + "? Otherwise unset it."}
}

// secretFile reads a secret. Neither the name of the file nor its content is shown: people also put the
// secret itself where its file's name belongs.
func secretFile(name string) (string, *complaint) {
	const most = 64 << 10
	text, err := readBounded(name, most)
	v := strings.TrimSpace(string(text))
	switch {
	case err != nil:
		return "", complain("Correct the file's name or its permissions.", "the file it names cannot be read: %v",
			cause(err))
	case readableByAll(name):
		return "", complain("Take the right to read it away from others: chmod o-r.",
			"every user of this machine can read the file it names")
	case len(text) > most:
		return "", complain("Name the right file.", "the file it names is too large for a secret")
	case v == "":
		return "", complain("Write the secret into the file, or unset the variable.", "the file it names is empty")
	}
	return v, nil
}

// readableByAll does not ask where the mode of a file says nothing about who may read it.
func readableByAll(name string) bool {
	info, err := os.Stat(name)
	return err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o004 != 0
}

// readBounded reads one byte more than most where there is more, so that the caller can tell.
func readBounded(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, most+1))
}

// cause is the error without the name of the file.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
