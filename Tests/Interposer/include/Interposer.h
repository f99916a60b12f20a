#ifndef HOOKLINE_INTERPOSER_H
#define HOOKLINE_INTERPOSER_H

/*
 * A library that a test lays between `hookline` and the C library (LD_PRELOAD). The environment of
 * the process says what it does there; without these variables it does nothing.
 *
 * One system call fails once:
 *
 *   INTERPOSER_CALL    open, pwrite, fdatasync, fsync, rename, ftruncate, posix_fallocate, remove
 *                      or flock
 *   INTERPOSER_PATH    the path of the file must hold this text; of rename, the old one or the new
 *   INTERPOSER_NUMBER  which of the calls that fit, from 1
 *   INTERPOSER_LEAST,  of pwrite: how many bytes it must be asked to write
 *   INTERPOSER_MOST
 *   INTERPOSER_ERRNO   the number of the error; 0 with pwrite: half of the bytes are written
 *   INTERPOSER_REPEAT  1: all calls from that one on fail, until INTERPOSER_SIGN is made away with
 *   INTERPOSER_SIGN    a file that is made when the call has failed, so that the test knows
 *
 * The wall clock is wrong:
 *
 *   INTERPOSER_CLOCK   a file that holds the seconds by which it is, as text: a number with a sign;
 *                      it is read again at each look at the clock, and only the program itself
 *                      sees it, not the libraries beside it, whose waits are by the kernel's clock
 */

#endif
