/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dw_edma_ep

#if !defined(_TRACE_DW_EDMA_EP_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_DW_EDMA_EP_H

#include <linux/tracepoint.h>

/* The host writes its token: a request, or 0 to withdraw it */
TRACE_EVENT(dw_edma_ep_token,
	    TP_PROTO(const char *name, u32 token),
	    TP_ARGS(name, token),
	    TP_STRUCT__entry(__string(name, name)
			     __field(u32, token)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __entry->token = token;
	    ),
	    TP_printk("%s token=%#x", __get_str(name), __entry->token)
);

/* The endpoint has answered the request, or the host has given up waiting */
TRACE_EVENT(dw_edma_ep_answer,
	    TP_PROTO(const char *name, u32 token, u64 us, int ret),
	    TP_ARGS(name, token, us, ret),
	    TP_STRUCT__entry(__string(name, name)
			     __field(u32, token)
			     __field(u64, us)
			     __field(int, ret)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __entry->token = token;
			   __entry->us = us;
			   __entry->ret = ret;
	    ),
	    TP_printk("%s token=%#x after_us=%llu ret=%d", __get_str(name),
		      __entry->token, __entry->us, __entry->ret)
);

#endif /* _TRACE_DW_EDMA_EP_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
