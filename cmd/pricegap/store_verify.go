package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"pricegap/store"
	"pricegap/watch"
)

// self makes this program anew, as a process of its own.
var self = func(ctx context.Context, args ...string) (*exec.Cmd, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return exec.CommandContext(ctx, path, args...), nil //nolint:gosec // ourselves
}

func (s *storeCommand) verifyCommand() *cobra.Command {
	var here bool
	c := &cobra.Command{
		Use: "verify", Short: "Read every record and check the structure of the file",
		Long: `Read every record and check the structure of the file, in a process of its own: a damaged file may end the one that reads it.
Where the daemon has the file open, a copy of it is read, page by page as it is; it stands beside the file for as long.`,
		Example: "  pricegap store verify", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if here {
				return s.verifyHere(cmd.Context())
			}
			return s.verify(cmd.Context())
		},
	}
	c.Flags().BoolVar(&here, "here", false, "read it in this process, and print how far it is as JSON, a line each")
	_ = c.Flags().MarkHidden("here") // it is there
	return c
}

// verifyLine is a line of what a process prints that verifies a store: how far it is, and at last that it has come to its end, with
// what is in the store where that is sound.
type verifyLine struct {
	Done  int64       `json:"done,omitzero"`
	Total int64       `json:"total,omitzero"`
	Ended bool        `json:"ended,omitzero"`
	Info  *store.Info `json:"info,omitempty"`
}

// verifyHere verifies in this process.
func (s *storeCommand) verifyHere(ctx context.Context) error {
	url, err := s.existing()
	if err != nil {
		return err
	}
	print, last := json.NewEncoder(s.out), verifyLine{Ended: true}
	st, err := store.Open(ctx, url)
	if err == nil {
		if err = st.Verify(ctx, func(done, total int64) { _ = print.Encode(verifyLine{Done: done, Total: total}) }); err == nil {
			var i store.Info
			i, err = st.Info(ctx)
			last.Info = &i
		}
		err = errors.Join(err, st.Close())
	}
	return errors.Join(err, print.Encode(last))
}

// verify has a process of its own verify the store, or a copy of what the daemon has open.
func (s *storeCommand) verify(ctx context.Context) error {
	url, err := s.existing()
	if err != nil {
		return err
	}
	path, err := store.Path(url)
	if err != nil {
		return err
	}
	tell, end := s.share("verifying")
	i, err := s.verifyApart(ctx, path, path, tell)
	if errors.Is(err, store.ErrLocked) && s.url == "" {
		err = s.with(ctx, func(k watch.Keeper) (err error) {
			i, err = s.verifyCopy(ctx, k, path, tell)
			return err
		})
	}
	end()
	if err != nil {
		return err
	}
	return s.print(map[string]any{"ok": true, "info": i}, func(w io.Writer) {
		fmt.Fprintf(w, "%s is sound: %d observations of %d listings, %d changes\n", printable(i.Path), i.Observations, i.Listings, i.Changes)
	})
}

// verifyCopy verifies a copy of the store at path, which goes afterwards.
func (s *storeCommand) verifyCopy(ctx context.Context, k watch.Keeper, path string, tell func(done, total int64)) (i store.Info, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".pricegap-verify-*.db")
	if err != nil {
		return i, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = k.Backup(ctx, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return i, err
	}
	i, err = s.verifyApart(ctx, f.Name(), path, tell)
	i.Path = path
	return i, err
}

// verifyApart verifies the store in a file, which is that at path or a copy of it, in a process of its own. Errors: store.ErrLocked;
// store.ErrCorrupt where that process died; and for what that process said by itself one that says no more.
func (s *storeCommand) verifyApart(ctx context.Context, file, path string, tell func(done, total int64)) (store.Info, error) {
	cmd, err := self(ctx, "store", "verify", "--here", "--store", "bolt:"+file)
	if err != nil {
		return store.Info{}, err
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return store.Info{}, fmt.Errorf("store verify: %w", err)
	}
	var line verifyLine
	for lines := json.NewDecoder(out); lines.Decode(&line) == nil && !line.Ended; {
		if tell != nil {
			tell(line.Done, line.Total)
		}
	}
	err = cmd.Wait()
	switch code := cmd.ProcessState.ExitCode(); {
	case ctx.Err() != nil:
		return store.Info{}, ctx.Err()
	case line.Info != nil && err == nil:
		return *line.Info, nil
	case !line.Ended:
		first, _, _ := strings.Cut(said.String(), "\n")
		return store.Info{}, fmt.Errorf("%w: %s: the process that read it came to no end: %s (%s)", store.ErrCorrupt, path, cmp.Or(strings.ReplaceAll(first, file, path), "it said nothing"), cmd.ProcessState)
	case code == exitLocked && s.url == "":
		return store.Info{}, store.ErrLocked
	default:
		_, _ = io.WriteString(s.err, strings.ReplaceAll(said.String(), file, path)) // where it cannot be said there is the code
		return store.Info{}, &exitError{code: code}
	}
}
