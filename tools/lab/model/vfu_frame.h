/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Framing: one vfio-user message at a time out of a stream socket, however
 * it was cut into pieces, with the descriptors that travel with it.
 *
 * Guests copy to BARs byte by byte, and each byte is a message; so the
 * stream is read in large pieces, many messages in one call.
 *
 * Which message do descriptors belong to? recvmsg() on a UNIX socket ends
 * its piece with the buffer that carried descriptors (unix(7), SCM_RIGHTS:
 * ancillary data is a barrier). A sender hands them over with the first byte
 * of their message; so they belong to the last message that starts in the
 * piece that they came with. Until that message is complete, nothing beyond
 * its end is read.
 */
#ifndef MODEL_VFU_FRAME_H
#define MODEL_VFU_FRAME_H

#include "vfu_proto.h"

#define FRAME_BUFFER	65536u

struct frame {
	/* The message that was completed last. */
	struct vfu_header hdr;
	_Alignas(8) u8 payload[VFU_MAX_PAYLOAD];
	int fd[VFU_MAX_FDS];
	unsigned int nfds;

	/* What was read from the socket and not taken yet. */
	u8 buf[FRAME_BUFFER];
	size_t start;
	size_t end;
	int new_fd[VFU_MAX_FDS];	/* of a message in @buf */
	unsigned int new_fds;
	size_t new_end;			/* end of the piece they came with */
};

/* Payload bytes of a complete frame. */
static inline u32 frame_len(const struct frame *f)
{
	return f->hdr.size - (u32)sizeof(f->hdr);
}

void frame_init(struct frame *f);

/**
 * frame_next() - the next message of the stream
 * @f: frame; @hdr, @payload and @fd are filled in
 * @sock: non-blocking stream socket
 *
 * Descriptors of the message before that nobody took are closed.
 *
 * Return: 1 when there is a message; 0 when the socket has no more for now;
 * -ECONNRESET at the end of the stream; -EPROTO for a header with an
 * impossible size or more than VFU_MAX_FDS descriptors; or the errno of
 * recvmsg(). After an error the stream cannot be used any more.
 */
int frame_next(struct frame *f, int sock);

/* Was all of the next message read already, or what shows that it is none? */
bool frame_has_next(const struct frame *f);

/* Take a descriptor out of the message: the caller owns it. -1 if none left. */
int frame_take_fd(struct frame *f);

/* Close all descriptors, forget what was read. */
void frame_reset(struct frame *f);

#endif
