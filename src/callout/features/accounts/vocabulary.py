"""The words of the wire, published so that clients need not guess: enumerations, aliases, upload limits."""

from __future__ import annotations

from typing import Final

ENUMERATIONS: Final[dict[str, list[str]]] = {
    name: words.split()
    for name, words in {
        "role": "owner manager viewer vendor customer agent system",
        "tenant.status": "trial active past_due suspended closed",
        "subscription.status": "trialing active past_due cancelled expired",
        "provider": "openai gemini claude grok elevenlabs cloned_voice twilio serpapi google_maps deepgram sendgrid "
        "ses smtp sns textmagic vonage fcm whatsapp nominatim local_llm",
        "provider capability": "llm tts stt voice_clone telephony places email sms push whatsapp geocode",
        "provider_config.status": "not_configured inactive needs_validation active invalid sandbox",
        "scrape_job.status": "queued running paused completed stopped failed",
        "contact.status": "pending called completed failed do_not_call",
        "lead_status": "new interested not_interested callback converted do_not_call",
        "consent basis": "express_written express existing_customer legitimate_interest_b2b inquiry none",
        "campaign.status": "draft scheduled active paused completed cancelled",
        "call.status": "pending dialing ringing in_progress completed failed no_answer busy cancelled",
        "call.outcome": "interested converted callback not_interested information complaint do_not_call wrong_number "
        "voicemail no_decision scam",
        "call.end_reason": "customer_hangup agent_hangup max_duration silence opt_out scam transferred operator "
        "provider_error abandoned",
        "voice.status": "awaiting_consent processing training ready failed archived",
        "conversation.status": "active processing completed failed",
        "intent": "interested not_interested callback information complaint converted neutral",
        "entity type": "person location organization phone email date time service urgency money",
        "next_action": "schedule_visit schedule_follow_up send_information add_to_nurture do_not_contact none",
        "trigger type": "location_visit quotation_sending order_booking service_inquiry emergency_service custom",
        "trigger_event.status": "active completed cancelled expired",
        "service canonical": "cleaning plumbing electrical repairs maintenance hvac landscaping security delivery "
        "painting carpentry pest_control other",
        "priority": "low medium high urgent",
        "order.status": "new offering assigned on_way processing completed cancelled needs_attention",
        "attention_reason": "no_location no_candidates fill_deadline customer_changed_mind vendor_blocked "
        "vendor_released no_show bad_service_type scam_suspected",
        "offer.status": "pending accepted declined expired withdrawn released",
        "offer_mode": "waves sequential broadcast manual",
        "vendor.status": "pending verified suspended blocked",
        "reason_code (exclusion)": "inactive not_verified blocked suspended wrong_service missing_skill out_of_area "
        "closed_now time_off no_slot_in_window at_capacity offer_limit daily_cap doc_expired blocked_pair "
        "excluded_by_operator already_declined already_silent cooling_down offline below_min_rating slow_response "
        "below_min_price below_min_score",
        "invoice.status": "draft sent overdue paid credited",
        "notification.type": "new_order order_assigned order_update order_cancelled system_message account_blocked "
        "account_reactivated",
        "notification.status": "pending sent delivered read expired",
        "message.status": "queued sent delivered read failed suppressed",
        "referral.status": "pending earned paid void",
    }.items()
}
"""Wire strings by the name the product specification gives the enumeration (section 4)."""

UPLOADS: Final = {
    **{
        purpose: {"types": ["jpeg", "png", "webp", "heic"], "max_bytes": 10 * 2**20}
        for purpose in ("order_photo", "avatar", "logo")
    },
    "vendor_document": {"types": ["jpeg", "png", "webp", "heic", "pdf"], "max_bytes": 10 * 2**20},
    "voice_sample": {"types": ["mp3", "wav", "m4a", "flac", "webm", "ogg"], "max_bytes": 50 * 2**20},
    "consent_audio": {"types": ["mp3", "wav", "m4a", "flac", "webm", "ogg"], "max_bytes": 50 * 2**20},
    "csv_import": {"types": ["csv", "xlsx", "ndjson"], "max_bytes": 50 * 2**20},
    "knowledge": {"types": ["pdf", "txt", "md", "docx"], "max_bytes": 20 * 2**20},
    "app_upload": {"types": ["any"], "max_bytes": 50 * 2**20},
}
"""What may be uploaded for which purpose (section 6.18)."""
